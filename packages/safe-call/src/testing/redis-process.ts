/** Its own process that shares breakers over a Redis: what the tests kill. Talks to its parent by messages. */
import { Redis } from 'ioredis';
import { createSafeCall } from '../create-safe-call.ts';
import { createRedisStore } from '../redis-store.ts';

const [port = '', node = '', cooldownMs = ''] = process.argv.slice(2);
const options = { port: Number(port), maxRetriesPerRequest: 1 };
const [client, subscriber] = [new Redis(options), new Redis(options)];
for (const connection of [client, subscriber]) connection.on('error', () => {});
const breaker = { cooldownMs: Number(cooldownMs) };
const { safeCall, getCircuitBreakerStatus } = createSafeCall({
  store: createRedisStore({ client, subscriber, node }),
  storePollMs: 200,
  defaults: { retries: 0, timeoutMs: 5_000, breaker },
});

/** `hang` never answers, so that the parent can kill the process in the middle of a probe. */
const works: Record<string, () => Promise<unknown>> = {
  ok: async () => 'ok',
  fail: () => Promise.reject(new Error('down')),
  hang: () => {
    process.send?.({ started: true });
    return new Promise(() => {});
  },
};

process.on('message', async (work: string) => {
  if (work === 'state') {
    process.send?.({ state: getCircuitBreakerStatus('svc').state });
    return;
  }
  const result = await safeCall('svc', works[work] ?? (async () => undefined));
  process.send?.({ outcome: result.success ? 'ok' : result.error.kind });
});

await client.ping();
process.send?.({ ready: true });
