/** `npm run bench -- drain [rows]`: how fast workers empty the queue: reports of calls, each with its effect in the completing transaction, with and without Redis. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '../journeys/support/wait.ts';
import { allHandled } from './support/all-handled.ts';
import { addMember, startCluster, startRedis } from './support/fleet.ts';

const ROWS = Number(process.argv[2] ?? 8_000);
const cluster = await startCluster();
const clinics = await Promise.all(['one', 'two', 'three', 'four'].map((name) => cluster.addClinic(name)));
let round = 0;

async function drain(workers: number, env: Record<string, string>): Promise<number> {
  round += 1;
  await cluster.owner.query('truncate public.webhook_delivery_log, public.calls, public.events');
  for (const [index, { orgId }] of clinics.entries()) {
    await cluster.owner.query(
      `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, order_key, payload)
       select $1, 'vapi', 'end-of-call-report', $2 || n, 'call:' || $2 || n, jsonb_build_object('callId', $2 || n,
         'from', null, 'to', null, 'startedAt', null, 'endedAt', null, 'endedReason', 'done', 'summary', 'Booked.',
         'transcript', repeat('x', 1000))
       from generate_series(1, $3::int) as n`,
      [orgId, `r${round}-${index}-`, ROWS / clinics.length],
    );
  }
  const left = async () =>
    Number(
      (
        await cluster.owner.query(
          `select count(*) as n from public.webhook_delivery_log where status <> 'completed'`,
        )
      ).rows[0]?.n,
    );
  const team = await Promise.all(Array.from({ length: workers }, () => addMember('worker', cluster, env)));
  const from = await left();
  const begun = performance.now();
  await allHandled(cluster.owner, { everyMs: 20 });
  const perSecond = from / ((performance.now() - begun) / 1_000);
  await Promise.all(team.map((member) => member.kill('SIGTERM')));
  return Math.round(perSecond);
}

/** How long one event of a clinic waits while another clinic has 10,000 before it. */
async function behindAFlood(): Promise<number> {
  const [flooding, other] = clinics;
  await cluster.owner.query('truncate public.webhook_delivery_log, public.calls, public.events');
  const insert = (orgId: string | undefined, rows: number) =>
    cluster.owner.query(
      `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, payload)
       select $1::uuid, 'vapi', 'end-of-call-report', $1::text || '-' || n, jsonb_build_object('callId', $1::text || '-' || n, 'from', null,
         'to', null, 'startedAt', null, 'endedAt', null, 'endedReason', 'done', 'summary', null, 'transcript', null)
       from generate_series(1, $2::int) as n`,
      [orgId, rows],
    );
  await insert(flooding?.orgId, 10_000);
  const worker = await addMember('worker', cluster);
  await sleep(300);
  const begun = performance.now();
  await insert(other?.orgId, 1);
  const done = async () =>
    (await cluster.owner.query('select 1 from public.calls where org_id = $1', [other?.orgId])).rowCount ===
    1;
  await until('the event behind the flood', done, { limitMs: 120_000, everyMs: 5 });
  const ms = performance.now() - begun;
  await worker.kill('SIGTERM');
  return Math.round(ms);
}

const redis =
  spawnSync('redis-server', ['--version'], { env: { PATH: process.env.PATH } }).status === 0
    ? await startRedis()
    : undefined;
await drain(1, {});
const result = {
  rows: ROWS,
  one_worker: await drain(1, {}),
  two_workers: await drain(2, {}),
  one_worker_with_redis: redis ? await drain(1, { REDIS_URL: redis.url }) : null,
  two_workers_with_redis: redis ? await drain(2, { REDIS_URL: redis.url }) : null,
  behind_a_flood_ms: await behindAFlood(),
};
await redis?.stop();
await cluster.close();
const results = join(dirname(fileURLToPath(import.meta.url)), 'results');
mkdirSync(results, { recursive: true });
writeFileSync(join(results, 'drain.json'), `${JSON.stringify(result, null, 2)}\n`);
console.log(`rows a second without Redis: one worker ${result.one_worker}, two ${result.two_workers}`);
console.log(
  `rows a second with Redis:    one worker ${result.one_worker_with_redis}, two ${result.two_workers_with_redis}`,
);
console.log(`one event behind 10,000 of another clinic: ${result.behind_a_flood_ms} ms (limit 2000)`);
