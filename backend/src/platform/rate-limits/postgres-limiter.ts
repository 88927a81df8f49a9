import { type IRateLimiterStoreOptions, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database.ts';
import { within } from '../within.ts';
import { type Count, countUse } from './counts.queries.ts';

// A request waits no longer than this for being counted, and not at all for a database that was away a moment ago.
const ANSWER_MS = 3_000;
const AWAY_MS = 2_000;

/** Counts in PostgreSQL. Shared by all limiters of a process, which find out together that it is away. */
export interface PostgresCounts {
  use(key: string, uses: number, windowMs: number): Promise<Count>;
}

export function createPostgresCounts(options: {
  database: Pick<Database, 'serviceStatement'>;
  hash: (key: string) => Buffer;
  onChange: (isThere: boolean, error?: unknown) => void;
}): PostgresCounts {
  let askAgainAt = 0;
  let isThere = true;
  const turn = (to: boolean, error?: unknown) => {
    if (isThere !== to) options.onChange(to, error);
    isThere = to;
  };
  return {
    async use(key, uses, windowMs) {
      if (performance.now() < askAgainAt) throw new Error('PostgreSQL was away a moment ago');
      const statement = countUse(options.hash(key), uses, windowMs);
      try {
        const [count] = await within(ANSWER_MS, options.database.serviceStatement(statement));
        if (!count) throw new Error('The use was not counted');
        turn(true);
        return count;
      } catch (error) {
        askAgainAt = performance.now() + AWAY_MS;
        turn(false, error);
        throw error;
      }
    },
  };
}

/**
 * The library's limiter with a statement of ours: its own goes by the clock of the process, and knows a table but not
 * the role that may write it.
 */
export class PostgresLimiter extends RateLimiterPostgres {
  readonly #counts: PostgresCounts;
  readonly #points: number;

  constructor(
    options: Omit<IRateLimiterStoreOptions, 'storeClient'> & { counts: PostgresCounts; points: number },
  ) {
    super({ ...options, storeClient: options.counts, storeType: 'client', tableCreated: true });
    this.#counts = options.counts;
    this.#points = options.points;
  }

  _upsert(key: string, uses: number, windowMs: number): Promise<Count> {
    return this.#counts.use(key, uses, windowMs);
  }

  _getRateLimiterRes(_key: string, uses: number, { used, resetMs }: Count): RateLimiterRes {
    return new RateLimiterRes(Math.max(0, this.#points - used), resetMs, used, used === uses);
  }
}
