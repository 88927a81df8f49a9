/**
 * SIGTERM in the middle of the rush: a web that takes webhooks, then a worker that handles them. What was accepted
 * is there, what was cut off was never accepted, both end with 0 in time, and the next worker finishes the rest.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { until } from '../journeys/support/wait.ts';
import { allHandled } from './support/all-handled.ts';
import { addMember, startCluster } from './support/fleet.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const SENDERS = 16;
const RUSH_MS = 1_500;

const cluster = await startCluster();
const clinic = await cluster.addClinic('one');
const web = await addMember('web', cluster);
const worker = await addMember('worker', cluster);

let accepted = 0;
let refused = 0;
let cutOff = 0;
let calls = 0;
let stop = false;

async function send(): Promise<void> {
  const body = JSON.stringify({
    message: {
      type: 'end-of-call-report',
      call: { id: `call-${calls++}` },
      endedReason: 'done',
      summary: 'Booked.',
    },
  });
  try {
    const answer = await fetch(`${web.url}/api/vapi/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-vapi-secret': clinic.secret },
      body,
    });
    await answer.arrayBuffer();
    if (answer.ok) accepted += 1;
    else refused += 1;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    // No one listens anymore. A kept connection that closes while a request is on its way also breaks off; neither
    // has heard that it was accepted.
    if (cause?.code === 'ECONNREFUSED') refused += 1;
    else cutOff += 1;
    await sleep(20);
  }
}
const rush = Promise.all(
  Array.from({ length: SENDERS }, async () => {
    while (!stop) await send();
  }),
);
await sleep(RUSH_MS);
const endOf = async (member: typeof web) => {
  const begun = performance.now();
  return { code: await member.kill('SIGTERM'), ms: Math.round(performance.now() - begun) };
};
const webEnd = await endOf(web);
stop = true;
await rush;

const count = async (sql: string): Promise<number> =>
  Number((await cluster.owner.query<{ n: string }>(`select count(*) as n from ${sql}`)).rows[0]?.n);
// A new rush for the worker: rows enough that it is in the middle of them.
await cluster.owner.query(
  `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, payload)
   select $1, 'vapi', 'end-of-call-report', 'more-' || n, jsonb_build_object('callId', 'more-' || n, 'from', null,
     'to', null, 'startedAt', null, 'endedAt', null, 'endedReason', 'done', 'summary', null, 'transcript', null)
   from generate_series(1, 3000) as n`,
  [clinic.orgId],
);
await until(
  'the first of 3,000 webhooks',
  () => count(`public.webhook_delivery_log where status = 'completed' and event_id like 'more-%'`),
  { limitMs: 120_000, everyMs: 5 },
);
const workerEnd = await endOf(worker);
const leased = await count(`public.webhook_delivery_log where status = 'processing'`);
const left = await count(`public.webhook_delivery_log where status <> 'completed'`);
const next = await addMember('worker', cluster);
await allHandled(cluster.owner, { everyMs: 50 });
await next.kill('SIGTERM');
const result = {
  accepted,
  refused,
  cutOff,
  rows: await count(`public.webhook_delivery_log where event_id not like 'more-%'`),
  effects: await count('public.calls'),
  webEnd,
  workerEnd,
  leasedAfterwards: leased,
  leftForTheNext: left,
};
await cluster.close();
const good =
  result.rows >= accepted &&
  result.rows <= accepted + cutOff &&
  result.effects === result.rows + 3_000 &&
  webEnd.code === 0 &&
  workerEnd.code === 0 &&
  leased === 0;
const results = join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
writeFileSync(join(results, 'sigterm.json'), `${JSON.stringify({ ...result, good }, null, 2)}\n`);
if (values.json) console.log(JSON.stringify({ ...result, good }));
else {
  console.log(
    `accepted ${accepted}, refused ${refused}, broken off ${cutOff}; rows ${result.rows}, effects ${result.effects}`,
  );
  console.log(
    `the web ended with ${webEnd.code} after ${webEnd.ms} ms, the worker with ${workerEnd.code} after ${workerEnd.ms} ms (limit 25000)`,
  );
  console.log(`rows still leased afterwards ${leased}, left for the next worker ${left}`);
}
process.exitCode = good && Math.max(webEnd.ms, workerEnd.ms) < 25_000 ? 0 : 1;
