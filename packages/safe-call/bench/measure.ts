/** One variant in this process: `node --expose-gc measure.ts <variant>` prints one line of JSON. */
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

const [name = ''] = process.argv.slice(2);
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
const measured: number[] = [];
for (let n = 0; n < BATCHES; n++) measured.push(await batch(step, calls));
measured.sort((a, b) => a - b);
process.stdout.write(
  `${JSON.stringify({ ns: measured[BATCHES >> 1], bytes: await allocation(step, Math.min(calls, 10_000)) })}\n`,
);
process.exit(0);
