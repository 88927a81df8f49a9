/**
 * Deliveries while everything breaks: two webs and two workers on one PostgreSQL and one Redis, a third of the
 * events sent twice, and kill -9, FLUSHALL, a stopped Redis and a crashed PostgreSQL in the middle. Prints what was
 * lost and what was doubled, which must be nothing, and ends with 1 otherwise.
 *
 * `node bench/chaos.ts [--deliveries 20000] [--seed 1] [--no-redis] [--json]`
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { until } from '../journeys/support/wait.ts';
import { allHandled } from './support/all-handled.ts';
import {
  addMember,
  type Clinic,
  type Cluster,
  type Member,
  type Redis,
  startCluster,
  startRedis,
} from './support/fleet.ts';

const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    'no-redis': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const total = Number(values.deliveries);
const random = randomFrom(Number(values.seed));
const DUPLICATES = 0.3;
const SENDERS = 24;
const BETWEEN_FAULTS_MS = 1_500;
const MAX_DELIVERY_MS = 180_000;
const say = (line: string) => void (values.json || console.log(line));

/** Mulberry32: the same seed, the same storm. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
function shuffle<T>(list: T[]): T[] {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}

interface Sending {
  clinic: Clinic;
  callId: string;
}

/** Sends one report until someone has taken it, as a provider would. @returns how often it had to be sent. */
async function deliver(webs: readonly Member[], { clinic, callId }: Sending): Promise<number> {
  const body = JSON.stringify({
    message: {
      type: 'end-of-call-report',
      call: { id: callId },
      endedReason: 'customer-ended-call',
      summary: 'Booked.',
    },
  });
  const giveUpAt = performance.now() + MAX_DELIVERY_MS;
  let last = '';
  for (let tries = 1; performance.now() < giveUpAt; tries += 1) {
    const web = webs[(tries + callId.length + callId.charCodeAt(callId.length - 1)) % webs.length] as Member;
    try {
      const answer = await fetch(`${web.url}/api/vapi/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-vapi-secret': clinic.secret },
        body,
        signal: AbortSignal.timeout(10_000),
      });
      await answer.arrayBuffer();
      if (answer.ok) return tries;
      last = `it was answered ${answer.status}`;
      if (answer.status < 500 && answer.status !== 409) throw new Refused(`Refused with ${answer.status}`);
    } catch (error) {
      if (error instanceof Refused) throw error;
      last = String(error);
    }
    await sleep(100);
  }
  throw new Error(
    `The report of ${callId} was not taken within ${MAX_DELIVERY_MS / 1_000} s; at last: ${last}.`,
  );
}
class Refused extends Error {}

interface Takeover {
  id: string;
  attempts: number;
  at: Date;
}

async function storm(
  cluster: Cluster,
  fleet: { webs: Member[]; workers: Member[]; redis?: Redis | undefined },
  isOver: () => boolean,
) {
  const { webs, workers, redis } = fleet;
  const orphans: Takeover[] = [];
  const counts: Record<string, number> = {};
  const again = async (member: Member) => {
    if (member.role === 'worker') {
      const { rows } = await cluster.owner
        .query<Omit<Takeover, 'at'>>(
          `select id, attempts from public.webhook_delivery_log where status = 'processing'`,
        )
        .catch(() => ({ rows: [] }));
      await member.kill();
      orphans.push(...rows.map((row) => ({ ...row, at: new Date() })));
    } else await member.kill();
    await member.start();
  };
  const faults: Record<string, () => Promise<void>> = {
    'kill -9 of a worker': () => again(pick(workers)),
    'kill -9 of a web': () => again(pick(webs)),
    'PostgreSQL crashed': async () => cluster.crash(),
    ...(redis
      ? {
          FLUSHALL: () => redis.flush(),
          'Redis stopped for a second': async () => {
            await redis.stop();
            await sleep(1_000);
            await redis.start();
          },
        }
      : {}),
  };
  let deck: string[] = [];
  let rounds = 0;
  while (!isOver() || rounds === 0) {
    if (deck.length === 0) deck = shuffle(Object.keys(faults));
    const name = deck.pop() as string;
    say(`  ${((performance.now() - begun) / 1_000).toFixed(1)} s: ${name} (${sent} taken)`);
    await faults[name]?.();
    counts[name] = (counts[name] ?? 0) + 1;
    if (deck.length === 0) rounds += 1;
    await sleep(BETWEEN_FAULTS_MS * (0.5 + random()));
  }
  return { counts, orphans };
}

const cluster = await startCluster();
const redis = values['no-redis'] ? undefined : await startRedis();
const env: Record<string, string> = redis ? { REDIS_URL: redis.url } : {};
const clinics = [
  await cluster.addClinic('one'),
  await cluster.addClinic('two'),
  await cluster.addClinic('three'),
];
const webs = [await addMember('web', cluster, env), await addMember('web', cluster, env)];
const workers = [await addMember('worker', cluster, env), await addMember('worker', cluster, env)];

const unique = Math.round(total * (1 - DUPLICATES));
const events: Sending[] = Array.from({ length: unique }, (_, n) => ({
  clinic: clinics[n % clinics.length] as Clinic,
  callId: `call-${n}`,
}));
const sendings = shuffle([...events, ...Array.from({ length: total - unique }, () => pick(events))]);
say(
  `${total} deliveries of ${unique} events over 2 webs and 2 workers, ${redis ? 'with' : 'without'} Redis, seed ${values.seed}`,
);

const begun = performance.now();
let sent = 0;
let resent = 0;
const sending = Promise.all(
  Array.from({ length: SENDERS }, async () => {
    for (let next = sendings.pop(); next; next = sendings.pop()) {
      resent += (await deliver(webs, next)) - 1;
      sent += 1;
      if (sent % 2_000 === 0)
        say(`  ${sent} taken after ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
    }
  }),
);
let allSent = false;
const done = sending.then(() => {
  allSent = true;
});
const { counts, orphans } = await storm(cluster, { webs, workers, redis }, () => allSent);
await done;
const sentMs = performance.now() - begun;

const count = async (sql: string): Promise<number> =>
  Number((await cluster.owner.query<{ n: string }>(`select count(*) as n from ${sql}`)).rows[0]?.n);
const stormOverAt = performance.now();
await until('the database after the last fault', () => count('public.organizations'), { limitMs: 120_000 });
await allHandled(cluster.owner, { everyMs: 100 });
const drainedMs = performance.now() - stormOverAt;
const takeovers: number[] = [];
for (const { id, attempts, at } of orphans) {
  const { rows } = await cluster.owner.query<{ ms: number }>(
    `select extract(epoch from last_attempt_at - $3) * 1000 as ms from public.webhook_delivery_log where id = $1 and attempts > $2`,
    [id, attempts, at],
  );
  takeovers.push(...rows.map(({ ms }) => Number(ms)));
}
const once = `jsonb_array_length(jsonb_path_query_array(spans, '$[*] ? (@.outcome == "completed")')) = 1`;
const result = {
  deliveries: total,
  events: unique,
  redis: redis !== undefined,
  seed: Number(values.seed),
  faults: counts,
  resent,
  taken: await count('public.processed_webhook_events'),
  handled: await count(`public.webhook_delivery_log where ${once}`),
  effects: await count('public.calls'),
  announcements: await count(`public.events where type = 'call.ended'`),
  repeats: Number(
    (await cluster.owner.query('select sum(duplicates) as n from public.webhook_delivery_log')).rows[0]?.n,
  ),
  takenOver: takeovers.length,
  slowestTakeoverMs: Math.round(Math.max(0, ...takeovers)),
  sentMs: Math.round(sentMs),
  drainedMs: Math.round(drainedMs),
};
await Promise.all([...webs, ...workers].map((member) => member.kill('SIGTERM')));
await redis?.stop();
await cluster.close();

const exact = [result.taken, result.handled, result.effects, result.announcements].every((n) => n === unique);
if (values.json) console.log(JSON.stringify({ ...result, exact }));
else {
  const results = join(dirname(fileURLToPath(import.meta.url)), 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'chaos.json'), `${JSON.stringify(result, null, 2)}\n`);
  console.table(result.faults);
  say(
    `taken ${result.taken}, handled once ${result.handled}, effects ${result.effects}, announced ${result.announcements}, of ${unique}`,
  );
  say(`repeats ignored ${result.repeats}; sent again because of a fault ${resent}`);
  say(
    `taken over from killed workers ${result.takenOver}, the slowest after ${result.slowestTakeoverMs} ms (limit 5000)`,
  );
  say(
    `all sent after ${(sentMs / 1_000).toFixed(1)} s, all handled ${(drainedMs / 1_000).toFixed(1)} s after the last fault (limit 30)`,
  );
  say(exact ? 'Each effect exactly once, none lost.' : 'NOT EXACT');
}
process.exitCode = exact && drainedMs <= 30_000 ? 0 : 1;
