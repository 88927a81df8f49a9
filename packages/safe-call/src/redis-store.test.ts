import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisStore } from './redis-store.ts';
import type { BreakerStore } from './store.ts';
import { hasRedisServer, type PrivateRedis, startRedis } from './testing/redis-server.ts';
import { storeContract } from './testing/store-contract.ts';

const missing = !hasRedisServer();
const title = missing ? 'the Redis store (left out: redis-server is not installed)' : 'the Redis store';

describe.skipIf(missing && process.env.CI !== 'true')(title, () => {
  let redis: PrivateRedis;
  const connections: Redis[] = [];
  const subscribers = new Map<string, Redis[]>();

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    for (const connection of connections) connection.disconnect();
    await redis?.stop();
  });

  async function connect(prefix: string, node: string, quorum: number): Promise<BreakerStore> {
    const options = { port: redis.port, maxRetriesPerRequest: 1, retryStrategy: () => null };
    const client = new Redis(options);
    const subscriber = new Redis(options);
    for (const one of [client, subscriber]) one.on('error', () => {});
    connections.push(client, subscriber);
    subscribers.set(prefix, [...(subscribers.get(prefix) ?? []), subscriber]);
    // Until a connection is ready its commands may overtake each other.
    await Promise.all([client.ping(), subscriber.ping()]);
    return createRedisStore({ client, subscriber, node, prefix, quorum });
  }

  it('hears the news after a message that isn’t news', async () => {
    const prefix = '{strangers}:';
    const [a, b] = await Promise.all([connect(prefix, 'a', 1), connect(prefix, 'b', 1)]);
    const heard: string[] = [];
    b.subscribe?.((message) => heard.push(message.type));
    const stranger = new Redis({ port: redis.port });
    connections.push(stranger);
    for (const text of ['', 'hello', 'null', '{"type":"open"}', '{"type":"open","id":"x"}', '{"id":"[1]"}'])
      await stranger.publish(`${prefix}news`, text);
    const open = { remainingMs: 1_000, failures: 3, kind: 'TIMEOUT', message: 'late' } as const;
    await a.opened({ level: 'key', name: 'n', key: 'k', ...open }, 'failures');
    await expect.poll(() => heard).toEqual(['open']);
  });

  const cases = storeContract.map((one, n) => ({ ...one, prefix: `{case-${n}}:` }));
  it.concurrent.each(cases)('$name', async ({ run, quorum = 1, prefix }) => {
    // The clock of Redis cannot be moved: here time really passes, all cases side by side.
    // waits: that is all there is to do, and every case holds however much longer it takes
    const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const [a, b] = await Promise.all([connect(prefix, 'a', quorum), connect(prefix, 'b', quorum)]);
    // Answers keep their order on a connection: after the pong all news before it has arrived.
    const news = async () => {
      await Promise.all((subscribers.get(prefix) ?? []).map((one) => one.ping()));
    };
    await expect(run({ a, b, pass, news })).resolves.toBeUndefined();
  });
});
