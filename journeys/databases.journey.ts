import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type OpenedWay,
  openWay,
  type RunningProduct,
  startProductOf,
  type Way,
  waysToPostgres,
} from '../bench/support/databases.ts';
import { BENCH_LIMIT_MS, runBench } from './support/bench-run.ts';
import { type Clinic, linkCalendar, openTime, patient, receptionistReady, signUp } from './support/clinic.ts';
import { figures, milliseconds } from './support/figures.ts';
import { type Outside, outsideOf } from './support/outside.ts';
import { until } from './support/wait.ts';

const root = join(import.meta.dirname, '..');
const ways = await waysToPostgres();
// The oldest with its JIT, and the newest behind a pooler; the others are asked for the costs of statements alone.
const oldest = ways.find(({ version, pooled }) => version.major === 15 && !pooled);
const pooled = ways.findLast((way) => way.pooled);
const chosen = [oldest, pooled].filter((way): way is Way => way !== undefined);

// From there on a server with JIT compiles a statement.
const JIT_ABOVE_COST = 100_000;
const TELL_EVERY_PLAN = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_nested_statements=on',
  'auto_explain.log_format=json',
  'fsync=off',
];

describe.each(chosen)('the whole job on $name', (way) => {
  const table = figures(`The whole job on ${way.name}`);
  let opened: OpenedWay;
  let product: RunningProduct;
  let outside: Outside;
  let clinic: Clinic;
  let live: Response;
  let liveText = '';
  const stopReading = new AbortController();

  beforeAll(async () => {
    opened = await openWay(way, TELL_EVERY_PLAN);
    product = await startProductOf(root, opened.env);
    outside = outsideOf(product);
    clinic = await signUp(product);
    await receptionistReady(clinic);
    await linkCalendar(clinic);
    live = await fetch(`${product.url}/api/events`, {
      headers: { authorization: `Bearer ${clinic.token}` },
      signal: stopReading.signal,
    });
    const read = async () => {
      for await (const chunk of live.body ?? []) liveText += Buffer.from(chunk).toString();
    };
    read().catch(() => undefined);
  }, 120_000);
  afterAll(async () => {
    table.print();
    stopReading.abort();
    await product?.stop();
    await opened?.close();
  });

  const textsOf = (phone: string, count: number) =>
    until(`text ${count}`, async () => {
      const texts = await outside.texts(phone);
      return texts.length >= count && texts;
    });

  test('booked once though asked twice, texted, in the calendar, on the screen; moved, canceled', async () => {
    const who = patient(1);
    const request = { ...who, service_type: 'consultation', scheduled_at: openTime(3) };
    const headers = { 'idempotency-key': 'once-and-for-all' };
    const seen = liveText.length;
    const begun = performance.now();
    const booked = await clinic.post('/api/appointments', request, { headers });
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    const again = await clinic.post('/api/appointments', request, { headers });
    expect(again.body.appointment_id).toBe(booked.body.appointment_id);
    await until('the live event', () => liveText.slice(seen).includes('appointment.'));
    table.add('live event after', milliseconds(performance.now() - begun));
    await textsOf(who.phone, 1);
    table.add('text after', milliseconds(performance.now() - begun));
    const path = `/api/appointments/${booked.body.appointment_id}`;
    await until('the push', async () => (await clinic.get(path)).body.sync_state === 'synced');
    const moved = await clinic.patch(path, { scheduled_at: openTime(4) });
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    await textsOf(who.phone, 2);
    expect((await clinic.post(`${path}/cancel`, {})).status).toBe(200);
    const texts = await textsOf(who.phone, 3);
    expect(texts).toHaveLength(3);
    await until(
      'the calendar to be empty',
      async () =>
        !(await outside.events()).some(
          ({ status, extendedProperties }) =>
            status !== 'cancelled' &&
            extendedProperties?.private?.voxanne_appointment_id === booked.body.appointment_id,
        ),
    );
  });

  test('a phone call is answered and books', async () => {
    const caller = '+12125550177';
    const id = await outside.phoneCall(clinic.orgId, caller);
    await until('the end of the call', async () => (await outside.call(id)).status === 'ended', {
      limitMs: 90_000,
    });
    expect(await textsOf(caller, 1)).toHaveLength(1);
  });

  test('one of twenty callers for the same time gets it, and the others hear of other times', async () => {
    const scheduled_at = openTime(5, 30);
    const begun = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        clinic.post('/api/appointments', {
          ...patient(100 + n),
          service_type: 'consultation',
          scheduled_at,
        }),
      ),
    );
    table.add('twenty callers for one time', milliseconds(performance.now() - begun));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array(19).fill(409)]);
  });

  test('health says how work is found, and that is true', async () => {
    const entryNow = async () => {
      const { body } = await clinic.get('/api/health/integrations');
      return body.integrations.find((entry: { name: string }) => entry.name === 'Webhook Queue');
    };
    const expected = way.pooled ? 'deaf' : 'hearing';
    const queue = await until('the trial of a notification', async () => {
      const entry = await entryNow();
      return entry.details.notifications === expected && entry;
    });
    expect(queue.status).toBe('healthy');
    expect(queue.details.mode).toMatch(way.pooled ? /pooler blocks notifications/ : /woken by LISTEN/);
  });

  test('and no query along the way looked worth compiling', () => {
    const log = readFileSync(join(opened.server.dataDir, 'postgres', 'server.log'), 'utf8');
    const plans = [...log.matchAll(/"Query Text": (".*?"),?\n[\s\S]*?"Total Cost": ([\d.]+)/g)];
    const ours = plans.filter(([, text = '']) => !/create |alter |migrations/i.test(text));
    expect(ours.length).toBeGreaterThan(100);
    expect(ours.filter(([, , cost]) => Number(cost) > JIT_ABOVE_COST).map(([, text]) => text)).toEqual([]);
    table.add('statements whose plans were looked at', String(ours.length));
  });
});

test(
  'the bench of the databases measures each of them',
  async () => {
    const result = await runBench('databases', ['--seconds', '1', '--texts', '1', '--only', 'PostgreSQL 18']);
    const measured = result.databases as { database: string; text_ms_p50: number }[];
    expect(measured.map(({ database }) => database)).toEqual(
      ways.filter(({ version }) => version.major === 18).map(({ name }) => name),
    );
    for (const { text_ms_p50 } of measured) expect(text_ms_p50).toBeGreaterThan(0);
  },
  BENCH_LIMIT_MS,
);
