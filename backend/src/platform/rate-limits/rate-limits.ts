import { createHmac } from 'node:crypto';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterStoreAbstract,
} from 'rate-limiter-flexible';
import type { Database } from '../database.ts';
import { describeError, type Quota } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { RedisConnections } from '../redis.ts';
import { createPostgresCounts, PostgresLimiter } from './postgres-limiter.ts';

/** How a quota stands after one more use. */
export interface Standing {
  quota: Quota;
  isOver: boolean;
  remaining: number;
  /** Until the window ends, rounded up. */
  resetSeconds: number;
}

export interface RateLimits {
  /**
   * Counts one use of `key` against `quota`, over all processes, in one round trip. Never rejects: without Redis
   * PostgreSQL counts, and without both this process does, from zero.
   */
  use(quota: Quota, key: string): Promise<Standing>;
}

// Quotas differ by organization, so there may be many; a limiter that was forgotten is made again.
const LIMITERS_KEPT = 500;

/** @param options.key keys are kept as keyed hashes: no address and no person can be read from a counter. */
export function createRateLimits(options: {
  database: Pick<Database, 'serviceStatement'>;
  redis?: RedisConnections | undefined;
  prefix: string;
  key: Buffer;
  log: Logger;
}): RateLimits {
  const { database, redis, prefix, log } = options;
  const hash = (key: string): Buffer =>
    createHmac('sha256', options.key).update(key).digest().subarray(0, 16);
  const counts = createPostgresCounts({
    database,
    hash,
    onChange: (isThere, error) =>
      isThere
        ? log.info('[RateLimits] Counted for all processes again')
        : log.warn(
            { reason: describeError(error).message },
            '[RateLimits] The database does not answer: each process counts by itself for now',
          ),
  });
  const limiters = new Map<string, RateLimiterStoreAbstract>();

  const limiterOf = ({ name, quota, windowSeconds }: Quota): RateLimiterStoreAbstract => {
    const id = `${name}:${quota}:${windowSeconds}`;
    const known = limiters.get(id);
    if (known) return known;
    // Once a quota is used up, this process refuses by itself until the window ends.
    const rules = { keyPrefix: name, points: quota, duration: windowSeconds, inMemoryBlockOnConsumed: quota };
    const postgres = new PostgresLimiter({
      ...rules,
      counts,
      insuranceLimiter: new RateLimiterMemory(rules),
    });
    const limiter =
      redis === undefined
        ? postgres
        : new RateLimiterRedis({
            ...rules,
            keyPrefix: `{${prefix}:limits}:${name}`,
            storeClient: redis.client,
            rejectIfRedisNotReady: true,
            insuranceLimiter: postgres,
          });
    if (limiters.size >= LIMITERS_KEPT) limiters.clear();
    limiters.set(id, limiter);
    return limiter;
  };

  return {
    async use(quota, key) {
      const limiter = limiterOf(quota);
      const standing = (result: RateLimiterRes, isOver: boolean): Standing => ({
        quota,
        isOver,
        remaining: isOver ? 0 : result.remainingPoints,
        resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
      });
      try {
        return standing(await limiter.consume(hash(key).toString('base64url')), false);
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return standing(refused, true);
        throw refused;
      }
    },
  };
}
