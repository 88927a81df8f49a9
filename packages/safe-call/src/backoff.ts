import type { ErrorKind } from './types.ts';

/** Half of the spread around a delay: enough to part callers that failed together, and the mean stays as stated. */
const SPREAD = 0.2;

/**
 * The delay before a retry.
 *
 * @param retry - 0 for the first retry.
 * @param firstKind - Kind of the first failure. A broken connection says nothing about load, so after NETWORK the
 * first retry goes out at once and the row starts one later.
 * @param random - From 0 up to 1.
 */
export function backoffDelay(
  retry: number,
  firstKind: ErrorKind,
  baseMs: number,
  maxMs: number,
  random: number,
): number {
  const step = firstKind === 'NETWORK' ? retry - 1 : retry;
  if (step < 0) return 0;
  const delay = Math.min(baseMs * 2 ** step, maxMs);
  return Math.min(delay * (1 - SPREAD + 2 * SPREAD * random), maxMs);
}

/**
 * A wait that the service asked for: spread only upwards, because earlier would break the promise. The key itself
 * rests until a whole millisecond, and the retry must not come before that either.
 */
export function afterRetryAfter(retryAfterMs: number, random: number): number {
  return retryAfterMs * (1 + SPREAD * random * 0.5) + (retryAfterMs > 0 ? 1 : 0);
}
