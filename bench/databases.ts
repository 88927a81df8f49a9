/**
 * Each PostgreSQL that is here, directly and through PgBouncer: what it costs while nothing happens, and how long a
 * text takes from the answer to a booking. `--product <folder>`: of another checkout, to compare.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { linkCalendar, openTime, patient, receptionistReady, signUp } from '../journeys/support/clinic.ts';
import { percentile } from '../journeys/support/figures.ts';
import { outsideOf } from '../journeys/support/outside.ts';
import { until } from '../journeys/support/wait.ts';
import { openWay, startProductOf, type Way, waysToPostgres } from './support/databases.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
    texts: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    product: { type: 'string', default: root },
  },
});
const idleSeconds = Number(values.seconds);
const texts = Number(values.texts);

interface Measured {
  database: string;
  idle_cpu_seconds_a_minute?: number;
  text_ms_p50?: number;
  text_ms_max?: number;
  does_not_start?: string;
}

async function measure(way: Way): Promise<Measured> {
  const opened = await openWay(way);
  try {
    const product = await startProductOf(values.product, opened.env);
    try {
      const clinic = await signUp(product);
      const outside = outsideOf(product);
      await receptionistReady(clinic);
      await linkCalendar(clinic);
      const took: number[] = [];
      for (let n = 1; n <= texts; n += 1) {
        const who = patient(n);
        const { status, body } = await clinic.post('/api/appointments', {
          ...who,
          service_type: 'consultation',
          scheduled_at: openTime(2 + n),
        });
        if (status !== 201) throw new Error(`A booking was refused: ${status} ${JSON.stringify(body)}`);
        const begun = performance.now();
        await until('the text', async () => (await outside.texts(who.phone)).length > 0, {
          limitMs: 60_000,
          everyMs: 10,
        });
        took.push(performance.now() - begun);
      }
      // What the bookings left to do is over.
      await sleep(Math.min(5_000, idleSeconds * 1_000));
      const [before, begun] = [opened.cpuSeconds(), performance.now()];
      await sleep(idleSeconds * 1_000);
      const used = opened.cpuSeconds() - before;
      return {
        database: way.name,
        idle_cpu_seconds_a_minute: round((used / (performance.now() - begun)) * 60_000),
        text_ms_p50: Math.round(percentile(took, 0.5)),
        text_ms_max: Math.round(Math.max(...took)),
      };
    } finally {
      await product.stop();
    }
  } catch (error) {
    const { message } = error as Error;
    if (!message.startsWith('Voxanne ended')) throw error;
    return { database: way.name, does_not_start: message };
  } finally {
    await opened.close();
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

const ways = await waysToPostgres();
const measured: Measured[] = [];
for (const way of ways.filter(({ name }) => name.includes(values.only))) {
  const one = await measure(way);
  measured.push(one);
  if (values.json) continue;
  console.log(
    one.does_not_start
      ? `  ${one.database.padEnd(58)} does not start: ${one.does_not_start.slice(0, 160)}`
      : `  ${one.database.padEnd(58)} idle ${String(one.idle_cpu_seconds_a_minute).padStart(6)} s of CPU a minute, text after ${one.text_ms_p50} ms (at most ${one.text_ms_max})`,
  );
}
const result = { idle_seconds: idleSeconds, texts, databases: measured };
if (values.json) console.log(JSON.stringify(result));
else {
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, 'bench/results/databases.json'), `${JSON.stringify(result, null, 2)}\n`);
}
process.exit(0);
