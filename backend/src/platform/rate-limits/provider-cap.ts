import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tooManyRequests } from './too-many.ts';

const MINUTE = 60;

/** @throws {AppError} TOO_MANY_REQUESTS (429). */
export type ProviderCap = (key: string) => Promise<void>;

/**
 * How much of one clinic's signed traffic a process takes in a minute: far more than any clinic has, and little enough
 * that a flood of one leaves the others' lines alone. Each process counts by itself, so that no call waits for a store.
 */
export function createProviderCap(name: string, perMinute: number): ProviderCap {
  const quota = { name, quota: perMinute, windowSeconds: MINUTE };
  const limiter = new RateLimiterMemory({ keyPrefix: name, points: perMinute, duration: MINUTE });
  return async (key) => {
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const resetSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
      throw tooManyRequests(
        { quota, isOver: true, remaining: 0, resetSeconds },
        'The provider sent for this clinic',
      );
    }
  };
}
