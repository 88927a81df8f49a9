import { createSafeCall } from '@voxanne/safe-call';
import { askedSeldom } from '../platform/asked-seldom.ts';
import type { Clock } from '../platform/clock.ts';
import type { VapiClient } from './vapi.client.ts';

const ASKED_EVERY_MS = 30_000;
const TIMEOUT_MS = 1_500;

/**
 * Whether Vapi refuses our key, asked at most twice a minute. While it cannot be asked the answer is no: that says
 * nothing about the key, and the breakers show it.
 */
export function createVapiKeyCheck({
  vapi,
  clock,
}: {
  vapi: VapiClient;
  clock: Clock;
}): () => Promise<boolean> {
  // Its own instance: a question of the health page says nothing about the breaker of the calls.
  const { safeCall } = createSafeCall();
  return askedSeldom(clock, ASKED_EVERY_MS, async () => {
    const asked = await safeCall('vapi_key', ({ signal }) => vapi.checkKey(signal), {
      retries: 0,
      timeoutMs: TIMEOUT_MS,
    });
    return !asked.success && asked.error.kind === 'AUTH';
  });
}
