/** Its own process whose probe never answers: what a test kills. */
import { createSafeCall } from '@voxanne/safe-call';
import { createDatabase } from '../../database.ts';
import { listen } from '../../listener.ts';
import { silentLogger } from '../../logger.ts';
import { createBreakerStore } from '../breaker-store.ts';

const [url = '', timeoutMs = ''] = process.argv.slice(2);
const { pool } = createDatabase({ url, maxConnections: 2 });
const store = createBreakerStore({
  pool,
  listen: (channel, onNotify) =>
    listen({ url, channels: [channel], onNotify: (_, payload) => onNotify(payload), log: silentLogger }),
});
const instance = createSafeCall({ store, defaults: { retries: 0, timeoutMs: Number(timeoutMs) } });
// What the store knows is known here before the call is made.
while (instance.getCircuitBreakerStatus('svc', 'a').state === 'closed') {
  // waits: between two looks
  await new Promise((resolve) => setTimeout(resolve, 5));
}
for (;;) {
  const result = await instance.safeCall(
    'svc',
    () => {
      process.send?.('probing');
      return new Promise<never>(() => undefined);
    },
    { key: 'a' },
  );
  const waitMs = result.success ? 0 : result.error.retryAfterMs;
  // waits: as long as the breaker has said
  await new Promise((resolve) => setTimeout(resolve, waitMs ?? 50));
}
