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

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    for (const connection of connections) connection.disconnect();
    await redis?.stop();
  });

  function connect(prefix: string, node: string, quorum: number): BreakerStore {
    const options = { port: redis.port, maxRetriesPerRequest: 1, retryStrategy: () => null };
    const client = new Redis(options);
    const subscriber = new Redis(options);
    for (const one of [client, subscriber]) one.on('error', () => {});
    connections.push(client, subscriber);
    return createRedisStore({ client, subscriber, node, prefix, quorum });
  }

  const cases = storeContract.map((one, n) => ({ ...one, prefix: `{case-${n}}:` }));
  it.concurrent.each(cases)('$name', async ({ run, quorum = 1, prefix }) => {
    // The clock of Redis cannot be moved: here time really passes, all cases side by side.
    const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const store = {
      a: connect(prefix, 'a', quorum),
      b: connect(prefix, 'b', quorum),
      pass,
      news: () => pass(40),
    };
    await expect(run(store)).resolves.toBeUndefined();
  });
});
