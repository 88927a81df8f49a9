/**
 * How many requests of one clinic's programs four processes let through of ten times as many, with Redis, with Redis
 * killed meanwhile, and with PostgreSQL alone; and what being counted adds to the least that a request can cost.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addMember, type Member, startCluster, startRedis } from './support/fleet.ts';
import { inParallel, openFrontDesk, quantile } from './support/front-desk.ts';

const QUOTA = 1_000;
const OFFERED = 10 * QUOTA;
const PROCESSES = 4;
const SIDE_BY_SIDE = 32;
const ASKED_FOR_COST = 3_000;

const cluster = await startCluster();
const redis = await startRedis();
const settings = { PUBLIC_URL: 'http://localhost:3001', RATE_LIMIT_ORG_PER_HOUR: String(QUOTA) };

async function startFleet(env: Record<string, string>): Promise<Member[]> {
  const members: Member[] = [];
  for (let n = 0; n < PROCESSES; n += 1)
    members.push(await addMember('web', cluster, { ...settings, ...env }));
  return members;
}

interface Offered {
  let_through: number;
  refused: number;
  other: number;
}

/** Offers to all members in turn. `halfway` runs when half a quota has been offered. */
async function offer(members: Member[], name: string, halfway?: () => Promise<void>): Promise<Offered> {
  const url = (n: number) => members[n % members.length]?.url ?? '';
  const desk = await openFrontDesk(url(0), SIDE_BY_SIDE, `${name}@bench.example.com`);
  // Its first look at who it is was a request of a program, too.
  const result: Offered = { let_through: 1, refused: 0, other: 0 };
  const ask = async (n: number) => {
    const { status } = await desk.ask(url(n), 'GET', '/api/me');
    result[status === 200 ? 'let_through' : status === 429 ? 'refused' : 'other'] += 1;
  };
  const before = halfway === undefined ? 0 : QUOTA / 2;
  await inParallel(before, SIDE_BY_SIDE, ask);
  await halfway?.();
  await inParallel(OFFERED - before - 1, SIDE_BY_SIDE, ask);
  desk.end();
  return result;
}

/** Microseconds of a request that is counted and of one that is not; neither does anything else. */
async function costAt({ url }: Member): Promise<{ uncounted_us: number; counted_us: number; ratio: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string) =>
    new Promise<number>((resolve, reject) => {
      const begun = performance.now();
      request(`${url}${path}`, { agent }, (answer) => {
        answer.resume().once('end', () => resolve((performance.now() - begun) * 1_000));
      })
        .once('error', reject)
        .end();
    });
  const uncounted: number[] = [];
  const counted: number[] = [];
  for (let n = 0; n < ASKED_FOR_COST; n += 1) {
    uncounted.push(await ask('/health'));
    counted.push(await ask('/api/mode'));
  }
  agent.destroy();
  const [less, more] = [quantile(uncounted, 0.5), quantile(counted, 0.5)];
  return {
    uncounted_us: Math.round(less),
    counted_us: Math.round(more),
    ratio: Number((more / less).toFixed(2)),
  };
}

const withRedis = await startFleet({ REDIS_URL: redis.url });
const [first] = withRedis;
if (!first) throw new Error('No process was started.');
const cost = { redis: await costAt(first), postgres: { uncounted_us: 0, counted_us: 0, ratio: 0 } };
const results: Record<string, Offered> = {
  redis: await offer(withRedis, 'redis'),
  'redis killed meanwhile': await offer(withRedis, 'killed', () => redis.stop()),
};
for (const member of withRedis) await member.kill('SIGTERM');

const withPostgres = await startFleet({});
if (withPostgres[0]) cost.postgres = await costAt(withPostgres[0]);
results.postgres = await offer(withPostgres, 'postgres');
for (const member of withPostgres) await member.kill('SIGTERM');
await redis.stop();
await cluster.close();

const folder = join(dirname(fileURLToPath(import.meta.url)), 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, 'limits.json'),
  `${JSON.stringify({ processes: PROCESSES, quota: QUOTA, offered: OFFERED, results, cost }, null, 2)}\n`,
);
console.log(`${PROCESSES} processes, ${OFFERED} requests offered, ${QUOTA} allowed in the hour:`);
for (const [name, { let_through, refused, other }] of Object.entries(results)) {
  console.log(`  ${name.padEnd(24)} let through ${let_through}, refused ${refused}, other ${other}`);
}
for (const [name, { uncounted_us, counted_us, ratio }] of Object.entries(cost)) {
  console.log(`  counted in ${name.padEnd(13)} ${uncounted_us} us becomes ${counted_us} us: ratio ${ratio}`);
}
const exact = Math.abs((results.redis?.let_through ?? 0) - QUOTA) <= 1;
const bounded = (results['redis killed meanwhile']?.let_through ?? Number.POSITIVE_INFINITY) <= 2 * QUOTA;
console.log(
  `exact within 1 with Redis: ${exact ? 'yes' : 'NO'}; one window more at most without: ${bounded ? 'yes' : 'NO'}`,
);
process.exitCode = exact && bounded ? 0 : 1;
