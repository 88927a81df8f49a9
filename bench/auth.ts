/**
 * What it costs to know who asks: authentication, tenant, limit and right on a route that does nothing else, with a token
 * and with an API key, beside a bare route that reads one row by its key. Counted in PostgreSQL, and in Redis.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAuthCost } from './support/auth-cost.ts';
import { startCluster, startRedis } from './support/fleet.ts';

const WARM_UP = 300;
const REQUESTS = 2_000;
const AIM = 2;

const cluster = await startCluster();
const redis = await startRedis();

async function measure(redisUrl?: string) {
  const { runtimeUrl } = cluster;
  const cost = await startAuthCost({ runtimeUrl, ...(redisUrl === undefined ? {} : { redisUrl }) });
  await cost.measure(WARM_UP);
  const times = await cost.measure(REQUESTS);
  await cost.close();
  const ratio = (us: number) => Number((us / times.bare_us).toFixed(2));
  return { ...times, jwt_ratio: ratio(times.jwt_us), key_ratio: ratio(times.key_us) };
}

const results = { postgres: await measure(), redis: await measure(redis.url) };
await redis.stop();
await cluster.close();

const folder = join(dirname(fileURLToPath(import.meta.url)), 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'auth.json'), `${JSON.stringify({ requests: REQUESTS, results }, null, 2)}\n`);
for (const [counted, one] of Object.entries(results)) {
  console.log(
    `counted in ${counted.padEnd(8)} bare ${one.bare_us} us; token ${one.jwt_us} us (ratio ${one.jwt_ratio}); key ${one.key_us} us (ratio ${one.key_ratio})`,
  );
}
const most = Math.max(...Object.values(results).flatMap((one) => [one.jwt_ratio, one.key_ratio]));
console.log(`at most ${AIM.toFixed(1)}: ${most <= AIM ? 'yes' : 'NO'}`);
