import type { Database, Db } from '../platform/database.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { claim, complete, type Job, putBack, type QueueTable, renewLease } from './lease-queue.queries.ts';

/** Commits together with the completion of the job, or not at all. */
export type Effects = (db: Db) => Promise<void>;

/** Does the work of one job outside any transaction; what it returns is written with the completion. */
export type JobHandler = (job: Job) => Promise<Effects | undefined>;

/** Not now: try again after a while. With `countAttempt: false` it can wait for ever (a calendar to be relinked). */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly delayMs: number | undefined;
  readonly countAttempt: boolean;
  constructor(reason: string, options: { delayMs?: number; countAttempt?: boolean } = {}) {
    super(reason);
    this.delayMs = options.delayMs;
    this.countAttempt = options.countAttempt ?? true;
  }
}

/** Trying again cannot help: a person must look. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}

export interface LeaseQueue {
  /** A hint that there may be work. */
  wake(): void;
  /** Takes nothing new and waits for what is in flight. */
  drain(): Promise<void>;
}

export interface LeaseQueueOptions {
  database: Database;
  table: QueueTable;
  handlers: Record<string, JobHandler>;
  log: Logger;
  concurrency?: number;
  pollMs?: number;
  leaseMs?: number;
  maxAttempts?: number;
  random?: () => number;
}

// A killed worker's rows are free after one lease; it is renewed three times in its length.
const LEASE_MS = 5_000;
const POLL_MS = 1_000;
const MAX_ATTEMPTS = 12;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;

/** 1 s, 2 s, 4 s ... 5 min, each between half and the whole of it. */
export const retryDelayMs = (attempt: number, random: () => number): number =>
  Math.round(Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS) * (0.5 + random() / 2));

/** Works through one table of durable rows. Any number of processes may run one on the same table. */
export function startLeaseQueue(options: LeaseQueueOptions): LeaseQueue {
  const { database, table, handlers, log } = options;
  const concurrency = options.concurrency ?? 8;
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
  const random = options.random ?? Math.random;
  const inFlight = new Set<Promise<void>>();
  let draining = false;
  let claiming: Promise<Job[]> | undefined;
  let looking = false;
  let lookAgain = false;

  const handle = async (job: Job): Promise<void> => {
    const handler = handlers[job.topic];
    if (!handler) throw new GiveUp(`There is no handler for ${job.topic}.`);
    // This job may be what kills its workers.
    if (job.abandoned && job.attempts > maxAttempts)
      throw new GiveUp(`Nothing came back from ${maxAttempts} attempts.`);
    const effects = await handler(job);
    await database.withService(async (db) => {
      await effects?.(db);
      // Last, so that a lost lease rolls the effects back: somebody else has the job now.
      if (!(await complete(db, table, job))) throw new LeaseLost();
    });
  };

  const fail = async (job: Job, error: unknown): Promise<void> => {
    if (error instanceof LeaseLost) return;
    const asked = error instanceof RetryLater ? error : undefined;
    const countAttempt = asked?.countAttempt ?? true;
    const dead = error instanceof GiveUp || (countAttempt && job.attempts >= maxAttempts);
    const reason = describeError(error).message.slice(0, 500);
    if (dead)
      log.error({ job_id: job.id, org_id: job.org_id, topic: job.topic, reason }, '[Webhooks] Dead letter');
    else
      log.warn(
        { job_id: job.id, org_id: job.org_id, topic: job.topic, attempt: job.attempts, reason },
        '[Deliveries] Will try again',
      );
    await database.withService((db) =>
      putBack(db, table, job, {
        status: dead ? 'dead_letter' : 'failed',
        reason,
        delayMs: dead ? 0 : (asked?.delayMs ?? retryDelayMs(job.attempts, random)),
        countAttempt,
      }),
    );
  };

  const run = async (job: Job): Promise<void> => {
    const renewal = setInterval(() => {
      database.withService((db) => renewLease(db, table, job, leaseMs)).catch(() => undefined);
    }, leaseMs / 3);
    try {
      await handle(job);
    } catch (error) {
      // When even this fails the database is away: the lease runs out and the job is taken again.
      await fail(job, error).catch((second) =>
        log.error({ err: second }, '[Deliveries] Could not put a job back'),
      );
    } finally {
      clearInterval(renewal);
    }
  };

  const look = async (): Promise<void> => {
    if (draining || looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    try {
      do {
        lookAgain = false;
        const room = concurrency - inFlight.size;
        if (room <= 0 || draining) break;
        claiming = database.withService((db) => claim(db, table, room, leaseMs));
        const jobs = await claiming;
        for (const job of jobs) {
          const work = run(job).finally(() => {
            inFlight.delete(work);
            void look();
          });
          inFlight.add(work);
        }
        if (jobs.length === room) break;
      } while (lookAgain);
    } catch (error) {
      log.warn({ err: error, table }, '[Deliveries] Could not look for work');
    } finally {
      looking = false;
    }
  };

  const timer = setInterval(() => void look(), options.pollMs ?? POLL_MS);
  void look();
  return {
    wake: () => void look(),
    async drain() {
      draining = true;
      clearInterval(timer);
      // A claim under way may still bring jobs; they are ours, and must end before the database closes.
      await claiming?.catch(() => undefined);
      while (inFlight.size > 0) await Promise.allSettled(inFlight);
    },
  };
}

class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
