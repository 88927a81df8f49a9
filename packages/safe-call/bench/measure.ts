/** One variant in this process: `node measure.ts <ns|bytes> <variant>` prints one line of JSON. */
import { variants } from './variants.ts';

const BATCH_MS = 60;
const BATCHES = 7;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function batch(step: (n: number) => Promise<unknown>, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < calls; n++) {
    await step(n);
    if ((n & 511) === 511) await turn();
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / calls;
}

/** Bytes between two collections, with a young generation large enough that none happens on its own. */
async function allocation(step: (n: number) => Promise<unknown>, calls: number): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < calls; n++) await step(n);
  return Math.round((process.memoryUsage().heapUsed - before) / calls);
}

const [what = '', name = ''] = process.argv.slice(2);
const make = variants[name];
if (make === undefined) throw new Error(`There is no variant "${name}".`);
const step = await make();
let calls = 50;
for (
  let ns = await batch(step, calls);
  calls * ns < BATCH_MS * 1e6 && calls < 1e6;
  ns = await batch(step, calls)
)
  calls *= 2;
async function time(): Promise<number | undefined> {
  const measured: number[] = [];
  for (let n = 0; n < BATCHES; n++) measured.push(await batch(step, calls));
  return measured.sort((a, b) => a - b)[BATCHES >> 1];
}

const figure = what === 'bytes' ? await allocation(step, Math.min(calls, 10_000)) : await time();
process.stdout.write(`${JSON.stringify(figure)}\n`);
process.exit(0);
