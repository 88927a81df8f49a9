import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import {
  allowLongStatements,
  countOld,
  endLease,
  type Lease,
  RETENTION_RULES,
  type RetentionRule,
  removeBatch,
  renewJobLease,
  takeLease,
} from './cleanup.queries.ts';
import { type Schedule, scheduleDaily } from './cleanup-schedule.ts';

export interface CleanupOptions {
  database: Database;
  log: Logger;
  clock: Clock;
  /** Ends the run after the batch that is under way; another worker does the rest. */
  signal?: AbortSignal;
  /** Waits between batches. */
  pause?: (ms: number) => Promise<void>;
  batchSize?: number;
}

export interface CleanupReport {
  startedAt: string;
  /** Rows by rule. */
  removed: Record<string, number>;
  /** Why a rule couldn't be finished. */
  failed: Record<string, string>;
  /** Another worker, or the next run, must do the rest. */
  cutOff: boolean;
}

const JOB = 'retention';
const DUE_AT_HOUR_UTC = 4;
const DAY_MS = 86_400_000;
const BATCH = 1_000;
// Meanwhile the same disk takes in webhooks.
const BATCH_PAUSE_MS = 50;
// Longer than a statement may take; renewed before each batch.
const LEASE_MS = 60_000;
const ATTEMPTS = 3;
const RETRY_AFTER_MS = 1_000;

/** The most recent 04:00 UTC: a run that began before it isn't today's run. */
export function lastDue(now: Date): Date {
  const today = new Date(now).setUTCHours(DUE_AT_HOUR_UTC, 0, 0, 0);
  return new Date(today <= now.getTime() ? today : today - DAY_MS);
}

/**
 * Deletes expired rows in short transactions, if that is due and no one else is doing it. What can't
 * be deleted is reported and left for the next run; the other rules still run.
 * @param request `evenIfDone`: a person asks for it now.
 * @returns nothing when it was not due, or another process has the lease.
 */
export async function cleanUp(
  options: CleanupOptions,
  request: { evenIfDone?: boolean } = {},
): Promise<CleanupReport | undefined> {
  const { database, log, clock, signal } = options;
  const now = clock.now();
  const begun = performance.now();
  const unlessRunSince = request.evenIfDone ? null : lastDue(now);
  const [lease] = await database.serviceStatement(takeLease({ job: JOB, leaseMs: LEASE_MS, unlessRunSince }));
  if (!lease) return undefined;

  const report: CleanupReport = { startedAt: now.toISOString(), removed: {}, failed: {}, cutOff: false };
  for (const rule of RETENTION_RULES) {
    report.removed[rule.name] = 0;
    try {
      await followRule({ options, rule, now, lease, report });
    } catch (error) {
      if (error instanceof LeaseLost) {
        log.warn('[Cleanup] Another worker has taken over');
        return { ...report, cutOff: true };
      }
      const reason = describeError(error).message.slice(0, 500);
      report.failed[rule.name] = reason;
      log.error(
        { rule: rule.name, reason },
        '[Cleanup] Could not remove old rows; will try again at the next run',
      );
    }
    report.cutOff = signal?.aborted ?? false;
    if (report.cutOff) break;
  }
  const ended = !report.cutOff && Object.keys(report.failed).length === 0;
  await database.serviceStatement(endLease(JOB, lease, ended ? now : null, report)).catch((err: unknown) => {
    // It runs out by itself, and what has been done need not be done again.
    log.warn({ err }, '[Cleanup] Could not release the lease');
  });
  if (ended) {
    const ms = Math.round(performance.now() - begun);
    log.info({ removed: report.removed, ms }, '[Cleanup] Webhook events removed');
  }
  return report;
}

interface RuleRun {
  options: CleanupOptions;
  rule: RetentionRule;
  now: Date;
  lease: Lease;
  report: CleanupReport;
}

async function followRule({ options, rule, now, lease, report }: RuleRun): Promise<void> {
  const { database, signal, batchSize = BATCH } = options;
  const pause = options.pause ?? ((ms) => sleep(ms, undefined, { signal }).catch(() => undefined));
  let from: string | null = null;
  while (!signal?.aborted) {
    const batch = await persistently(options, rule, pause, async () => {
      const [kept] = await database.serviceStatement(renewJobLease(JOB, lease, LEASE_MS));
      if (!kept) throw new LeaseLost();
      const [done] = await database.serviceStatement(removeBatch(rule, now, batchSize, from));
      return done;
    });
    report.removed[rule.name] = (report.removed[rule.name] ?? 0) + (batch?.removed ?? 0);
    if (!batch || batch.seen < batchSize) return;
    from = batch.upTo;
    await pause(BATCH_PAUSE_MS);
  }
}

async function persistently<T>(
  { log, signal }: CleanupOptions,
  rule: RetentionRule,
  pause: (ms: number) => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LeaseLost || attempt === ATTEMPTS || signal?.aborted) throw error;
      log.warn({ err: error, rule: rule.name, attempt }, '[Cleanup] A batch failed; trying again');
      await pause(RETRY_AFTER_MS * attempt);
    }
  }
}

/** Cleans up each day for as long as this worker runs, and catches up at its start. */
export function startCleanup(options: Omit<CleanupOptions, 'signal'>): Schedule {
  return scheduleDaily((signal) =>
    cleanUp({ ...options, signal }).catch((err: unknown) =>
      options.log.warn({ err }, '[Cleanup] Could not check whether it is due'),
    ),
  );
}

/** Counts what a run would remove now, and removes nothing. */
export function previewCleanup({
  database,
  clock,
}: Pick<CleanupOptions, 'database' | 'clock'>): Promise<Record<string, number>> {
  const now = clock.now();
  return database.withService(async (db) => {
    await allowLongStatements(db);
    const counts: Record<string, number> = {};
    for (const rule of RETENTION_RULES) {
      const { rows } = await countOld(rule, now).execute(db);
      counts[rule.name] = rows[0]?.count ?? 0;
    }
    return counts;
  });
}

class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
