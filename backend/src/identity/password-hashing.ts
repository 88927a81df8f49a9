import { AppError } from '../platform/errors.ts';

// A hash takes 16 MB and about a tenth of a second of a thread. Files, name look-ups and other work of the process
// share four of those, so passwords get two; anyone who would wait longer than a second or two is asked to come back.
const RUNNING = 2;
const WAITING = 32;
const WAITING_PER_ADDRESS = 8;
const RETRY_AFTER_SECONDS = 2;

export interface HashingLimits {
  running: number;
  waiting: number;
  /** So that one address cannot take every place in the queue. */
  waitingPerAddress: number;
}

export interface PasswordHashing {
  /**
   * Admits a request that will hash a password. Everything that such a request holds (a database connection, above
   * all) is taken only once it runs.
   * @throws {AppError} TOO_MANY_REQUESTS (429) with Retry-After, when the queue is full.
   */
  admit<T>(address: string, work: () => Promise<T>): Promise<T>;
  hash(password: string): Promise<string>;
  verify(stored: { hash: string; password: string }): Promise<boolean>;
  counts(): { running: number; waiting: number; maxHashing: number; refused: number };
}

export interface Hasher {
  hash(password: string): Promise<string>;
  verify(stored: { hash: string; password: string }): Promise<boolean>;
}

/** Hashes passwords two at a time, with a short queue and a refusal behind it, wherever the hash is asked for. */
export function createPasswordHashing(
  hasher: () => Promise<Hasher>,
  given: Partial<HashingLimits> = {},
): PasswordHashing {
  const limits = {
    running: RUNNING,
    waiting: WAITING,
    waitingPerAddress: WAITING_PER_ADDRESS,
    ...given,
  };
  const requests = createQueue(limits);
  // A second one for the hashes alone: a route that forgot to ask for admission still has a limit.
  const hashes = createQueue({ ...limits, waitingPerAddress: limits.waiting });
  const hashing = <T>(work: (used: Hasher) => Promise<T>) => hashes.run('', async () => work(await hasher()));
  return {
    admit: requests.run,
    hash: (password) => hashing((used) => used.hash(password)),
    verify: (stored) => hashing((used) => used.verify(stored)),
    counts: () => ({
      running: requests.counts.running,
      waiting: requests.counts.waiting,
      maxHashing: hashes.counts.most,
      refused: requests.counts.refused + hashes.counts.refused,
    }),
  };
}

function createQueue(limits: HashingLimits) {
  const queue: { address: string; begin: () => void }[] = [];
  const counts = { running: 0, waiting: 0, most: 0, refused: 0 };
  const enter = (address: string): Promise<void> | undefined => {
    if (counts.running < limits.running) {
      counts.running += 1;
      counts.most = Math.max(counts.most, counts.running);
      return undefined;
    }
    const ofAddress = queue.filter((place) => place.address === address).length;
    if (queue.length >= limits.waiting || ofAddress >= limits.waitingPerAddress) {
      counts.refused += 1;
      throw tooMany(limits.waiting);
    }
    counts.waiting += 1;
    return new Promise((begin) => queue.push({ address, begin }));
  };
  // A place is handed on rather than given back, so that no one new slips in before those who wait.
  const leave = (): void => {
    const next = queue.shift();
    if (!next) {
      counts.running -= 1;
      return;
    }
    counts.waiting -= 1;
    next.begin();
  };
  return {
    counts,
    async run<T>(address: string, work: () => Promise<T>): Promise<T> {
      await enter(address);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}

const tooMany = (waiting: number) =>
  new AppError({
    code: 'TOO_MANY_REQUESTS',
    status: 429,
    detail: `Too many people are signing in or signing up right now. Nothing was changed; try again in ${RETRY_AFTER_SECONDS} seconds.`,
    retryable: true,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    quotas: [{ name: 'passwords', quota: waiting, windowSeconds: RETRY_AFTER_SECONDS }],
  });
