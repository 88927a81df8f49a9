import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database, Db } from '../platform/database.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { TimeUp, within } from '../platform/within.ts';
import {
  claim,
  complete,
  type Job,
  putBack,
  type QueueTable,
  release,
  renewLease,
  type Span,
} from './lease-queue.queries.ts';

/** Commits together with the completion of the job, or not at all. */
export type Effects = (db: Db) => Promise<void>;

/** Does the work of one job outside any transaction; what it returns is written with the completion. */
export type JobHandler = (job: Job) => Promise<Effects | undefined>;

/** Not now: try again after a while. With `countAttempt: false` it can wait forever (a calendar to be relinked). */
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
  override readonly name: string = 'GiveUp';
}

/** The other side's final answer about this one thing, such as a phone that gets no texts. Not the service's fault. */
export class Refused extends GiveUp {
  override readonly name = 'Refused';
}

export interface LeaseQueue {
  /** A hint that there may be work. */
  wake(): void;
  /** Waits for a free slot, then polls: the carrier knows of a row. */
  take(): Promise<void>;
  /**
   * Claims nothing new and waits for jobs in progress; what doesn't finish in time goes back to the queue for another
   * worker, and its late end here has no effect.
   */
  drain(limitMs?: number): Promise<void>;
}

export interface LeaseQueueOptions {
  database: Database;
  table: QueueTable;
  handlers: Record<string, JobHandler>;
  log: Logger;
  /** Slots of this worker. */
  concurrency?: number;
  /** How many of them one organization may have at a time; the rest are for other organizations. */
  perOrganization?: number;
  pollMs?: number;
  leaseMs?: number;
  maxAttempts?: number;
  random?: () => number;
}

// A killed worker's rows are free after one lease, and found by the next poll: five seconds in all. It is renewed three
// times in its length.
const LEASE_MS = 4_000;
const POLL_MS = 1_000;
const MAX_ATTEMPTS = 12;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 300_000;
// Handlers mostly wait for someone else's answer, and one clinic's slow provider must leave slots for the others.
export const CONCURRENCY = 16;

// A claim costs the database a millisecond, however many rows it takes; one for each slot that becomes free would
// cost as much as the work. So it is made for half of the slots, or after a moment.
const LOOK_SOON_MS = 20;

/** 1 s, 2 s, 4 s ... 5 min, each between half and the whole of it. */
export const retryDelayMs = (attempt: number, random: () => number): number =>
  Math.round(Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS) * (0.5 + random() / 2));

/** Works through one table of durable rows. Any number of processes may run one on the same table. */
export function startLeaseQueue(options: LeaseQueueOptions): LeaseQueue {
  const { database, table, handlers, log } = options;
  const concurrency = options.concurrency ?? CONCURRENCY;
  const perOrganization = options.perOrganization ?? Math.ceil(concurrency / 2);
  const worthALook = Math.ceil(concurrency / 2);
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
  const random = options.random ?? Math.random;
  const worker = `${hostname()}:${process.pid}`;
  const inFlight = new Map<Job, Promise<void>>();
  let draining = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let slotFreed = Promise.withResolvers<void>();

  const handle = async (job: Job, spanOf: SpanOf): Promise<void> => {
    const handler = handlers[job.topic];
    if (!handler) throw new GiveUp(`No handler exists for ${job.topic}.`);
    // This job may be killing its workers.
    if (job.abandoned && job.attempts > maxAttempts)
      throw new GiveUp(`None of ${maxAttempts} attempts got an answer.`);
    const effects = await handler(job);
    if (!effects) {
      await database.serviceStatement(complete(table, job, spanOf('completed')));
      return;
    }
    await database.withService(async (db) => {
      await effects(db);
      // Last, so that a lost lease rolls the effects back: someone else has the job now.
      const { rows } = await complete(table, job, spanOf('completed')).execute(db);
      if (rows.length === 0) throw new LeaseLost();
    });
  };

  const fail = async (job: Job, error: unknown, spanOf: SpanOf): Promise<void> => {
    if (error instanceof LeaseLost) return;
    const asked = error instanceof RetryLater ? error : undefined;
    const countAttempt = asked?.countAttempt ?? true;
    const dead = error instanceof GiveUp || (countAttempt && job.attempts >= maxAttempts);
    const reason = describeError(error).message.slice(0, 500);
    const refused = error instanceof Refused;
    if (refused)
      log.info({ job_id: job.id, org_id: job.org_id, topic: job.topic, reason }, '[Deliveries] Refused');
    else if (dead)
      log.error({ job_id: job.id, org_id: job.org_id, topic: job.topic, reason }, '[Webhooks] Dead letter');
    else
      log.warn(
        { job_id: job.id, org_id: job.org_id, topic: job.topic, attempt: job.attempts, reason },
        '[Deliveries] Will try again',
      );
    const setback = {
      status: dead ? ('dead_letter' as const) : ('failed' as const),
      reason,
      delayMs: dead ? 0 : (asked?.delayMs ?? retryDelayMs(job.attempts, random)),
      countAttempt,
      refused,
    };
    await database.serviceStatement(
      putBack(table, job, setback, spanOf(dead ? 'dead_letter' : 'retry', reason)),
    );
  };

  const run = async (job: Job): Promise<void> => {
    const spanOf = watch(job, worker);
    try {
      await handle(job, spanOf);
    } catch (error) {
      // If even this fails, the database is down: the lease expires and the job is claimed again.
      await fail(job, error, spanOf).catch((second) =>
        log.error({ err: second }, '[Deliveries] Could not put a job back'),
      );
    } finally {
      inFlight.delete(job);
      slotFreed.resolve();
      slotFreed = Promise.withResolvers();
      lookSoon();
    }
  };

  let soon: NodeJS.Timeout | undefined;
  const lookSoon = (): void => {
    if (inFlight.size <= concurrency - worthALook) wake();
    else soon ??= setTimeout(wake, LOOK_SOON_MS).unref();
  };

  const takeWhatIsDue = async (): Promise<void> => {
    do {
      lookAgain = false;
      const limit = concurrency - inFlight.size;
      if (limit <= 0 || draining) return;
      const jobs = await database.serviceStatement(
        claim(table, {
          limit,
          leaseMs,
          perOrganization,
          inHand: [...inFlight.keys()].map((job) => job.org_id),
          from: randomUUID(),
        }),
      );
      for (const job of jobs) inFlight.set(job, run(job));
    } while (lookAgain);
  };

  const look = (): Promise<void> => {
    clearTimeout(soon);
    soon = undefined;
    if (draining) return Promise.resolve();
    if (looking) {
      lookAgain = true;
      return looking;
    }
    looking = takeWhatIsDue()
      .catch((error: unknown) => log.warn({ err: error, table }, '[Deliveries] Could not look for work'))
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const wake = (): void => void look();

  const polling = setInterval(wake, options.pollMs ?? POLL_MS);
  const renewing = setInterval(() => {
    if (inFlight.size === 0) return;
    // The next renewal makes up for one that fails, or the lease runs out and someone else takes over.
    database.serviceStatement(renewLease(table, [...inFlight.keys()], leaseMs)).catch(() => undefined);
  }, leaseMs / 3);
  wake();

  const allEnded = async (): Promise<void> => {
    // A claim in progress may still bring jobs; they are ours, and must end before the database closes.
    await looking;
    while (inFlight.size > 0) await Promise.allSettled(inFlight.values());
  };

  return {
    wake,
    async take() {
      while (inFlight.size >= concurrency && !draining) await slotFreed.promise;
      await look();
    },
    async drain(limitMs) {
      draining = true;
      clearInterval(polling);
      try {
        await (limitMs === undefined ? allEnded() : within(limitMs, allEnded()));
      } catch (error) {
        if (!(error instanceof TimeUp)) throw error;
        const left = [...inFlight.keys()];
        log.warn({ table, jobs: left.length }, '[Deliveries] Released jobs that could not finish in time');
        const now = new Date().toISOString();
        await database.serviceStatement(
          release(table, left, { worker, started_at: now, ms: 0, outcome: 'released' }),
        );
      } finally {
        clearInterval(renewing);
      }
    },
  };
}

type SpanOf = (outcome: Span['outcome'], error?: string) => Span;

function watch(job: Job, worker: string): SpanOf {
  const begun = performance.now();
  const startedAt = new Date().toISOString();
  return (outcome, error) => ({
    attempt: job.attempts,
    worker,
    started_at: startedAt,
    ms: Math.round((performance.now() - begun) * 10) / 10,
    outcome,
    ...(error === undefined ? {} : { error }),
  });
}

class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
