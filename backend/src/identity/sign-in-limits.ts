import { createHmac } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { networkOf } from '../platform/network-of.ts';
import { beginSignIn, endSignIn, type LimitKeys } from './sign-in-limits.queries.ts';

/** `neither`: no one looked at the password, as when the service was away. */
export type Outcome = 'succeeded' | 'failed' | 'neither';

export interface SignInLimits {
  /**
   * Runs `work` unless too much has failed of late; what it returns says how it went.
   * @throws {AppError} TOO_MANY_ATTEMPTS (429) with Retry-After.
   */
  attempt<T>(
    who: { account: string | null; address: string },
    work: () => Promise<T>,
    outcomeOf: (result: T) => Outcome,
  ): Promise<T>;
}

/**
 * How often a sign-in may fail, counted in the database for all processes; the rules are in
 * `app_private.begin_sign_in`. Accounts that do not exist are counted like those that do, so that a refusal tells
 * nothing about them.
 */
export function createSignInLimits(options: {
  database: Pick<Database, 'serviceStatement'>;
  clock: Clock;
  key: Buffer;
}): SignInLimits {
  const { database, clock } = options;
  const hash = (...parts: string[]) =>
    createHmac('sha256', options.key).update(JSON.stringify(parts)).digest();
  const turns = new Map<string, Promise<unknown>>();

  /**
   * One at a time for an account at an address: programs that sign in side by side wait for each other rather than
   * being refused for what is under way.
   */
  const inTurn = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = turns.get(name) ?? Promise.resolve();
    const done = before.then(work);
    const ended = done.catch(() => undefined);
    turns.set(name, ended);
    try {
      return await done;
    } finally {
      if (turns.get(name) === ended) turns.delete(name);
    }
  };

  return {
    async attempt({ account, address }, work, outcomeOf) {
      const network = networkOf(address);
      const name = account?.trim().toLowerCase() ?? null;
      const keys: LimitKeys = {
        pair: name === null ? null : hash('pair', name, network),
        account: name === null ? null : hash('account', name),
        address: hash('address', network),
      };
      const attempt = async () => {
        const [begun] = await database.serviceStatement(beginSignIn(clock.now(), keys));
        if (begun && begun.wait > 0) throw tooMany(begun.wait);
        let outcome: Outcome = 'neither';
        try {
          const result = await work();
          outcome = outcomeOf(result);
          return result;
        } finally {
          if (outcome !== 'failed') {
            // Before the answer goes out: who signs in again at once finds the place free.
            const ended = database.serviceStatement(endSignIn(clock.now(), keys, outcome === 'succeeded'));
            // A place that is not given back is free again in a minute or two.
            await ended.catch(() => undefined);
          }
        }
      };
      return keys.pair === null ? attempt() : inTurn(keys.pair.toString('base64'), attempt);
    },
  };
}

// As `app_private.begin_sign_in` counts: failures of an account at an address, and of an account anywhere.
const QUOTAS = [
  { name: 'failures-here', quota: 10, windowSeconds: 900 },
  { name: 'failures', quota: 100, windowSeconds: 3_600 },
];

function tooMany(seconds: number): AppError {
  const minutes = Math.ceil(seconds / 60);
  const wait = seconds < 60 ? `${seconds} seconds` : minutes === 1 ? 'a minute' : `${minutes} minutes`;
  return new AppError({
    code: 'TOO_MANY_ATTEMPTS',
    status: 429,
    detail: `Too many failed attempts. Wait ${wait}, then try again; check that Caps Lock is off and that the email address is right.`,
    retryable: true,
    retryAfterSeconds: seconds,
    quotas: QUOTAS,
  });
}
