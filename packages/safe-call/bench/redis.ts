/**
 * How long "open" takes from one process to another over our own Redis, and what a healthy call asks of it.
 * The child opens breakers; the parent hears of them.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { createRedisStore, createSafeCall } from '../src/index.ts';
import { hasRedisServer, startRedis } from '../src/testing/redis-server.ts';

const OPENINGS = 300;
const wall = () => performance.timeOrigin + performance.now();

function connect(port: number) {
  const options = { port, enableOfflineQueue: true, maxRetriesPerRequest: 1 };
  const [client, subscriber] = [new Redis(options), new Redis(options)];
  const store = createRedisStore({ client, subscriber });
  const instance = createSafeCall({ store, defaults: { retries: 0 } });
  return { ...instance, client };
}

async function child(port: number): Promise<void> {
  const { safeCall, on } = connect(port);
  on('open', ({ key, remote }) => {
    if (!remote) process.send?.({ key, at: wall() });
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (let n = 0; n < OPENINGS; n++) {
    for (let call = 0; call < 3; call++) {
      const options = { key: `${n}`, breaker: { service: false as const } };
      await safeCall('svc', () => Promise.reject(new Error('down')), options);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  process.send?.({ done: true });
}

async function commands(client: Redis): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1]);
}

/** Figures, or nothing without the program. */
export async function measureRedis(): Promise<
  { p50: number; p99: number; opsPer1000Healthy: number } | undefined
> {
  if (!hasRedisServer()) return undefined;
  const redis = await startRedis();
  const { on, safeCall, client } = connect(redis.port);
  const heardAt = new Map<string, number>();
  const openedAt = new Map<string, number>();
  on('open', ({ key, remote }) => {
    if (remote && key !== undefined) heardAt.set(key, wall());
  });
  const other = fork(new URL(import.meta.url), [String(redis.port)]);
  other.on('message', (message: { key?: string; at?: number; done?: true }) => {
    if (message.key !== undefined && message.at !== undefined) openedAt.set(message.key, message.at);
    if (message.done) other.kill();
  });
  await once(other, 'exit');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const delays = [...openedAt].map(([key, at]) => (heardAt.get(key) ?? Number.POSITIVE_INFINITY) - at);
  delays.sort((a, b) => a - b);
  const before = await commands(client);
  for (let n = 0; n < 1_000; n++) await safeCall('healthy', async () => 1, { key: `${n}` });
  // The INFO itself is one, and the poll may fall between.
  const opsPer1000Healthy = (await commands(client)) - before - 1;
  await redis.stop();
  const at = (share: number) =>
    Math.round((delays[Math.floor(delays.length * share)] ?? Number.NaN) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99), opsPer1000Healthy };
}

if (process.send !== undefined && process.argv[1] === new URL(import.meta.url).pathname) {
  await child(Number(process.argv[2]));
}
