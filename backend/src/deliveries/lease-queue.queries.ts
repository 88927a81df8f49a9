import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export type QueueTable = 'outbox' | 'webhook_delivery_log';

export interface Job {
  id: string;
  org_id: string | null;
  /** Topic of an outbox row, or provider and type of a webhook such as `twilio.status`. */
  topic: string;
  payload: Record<string, unknown>;
  /** This attempt included; the first is 1. */
  attempts: number;
  lease_token: string;
  /** The previous worker died while it had this row. */
  abandoned?: boolean;
}

const topicOf: Record<QueueTable, string> = {
  outbox: 'job.topic',
  webhook_delivery_log: `job.provider || '.' || job.event_type`,
};

// How many due rows to look at as they are: usually that is all of them, unless someone floods the queue.
const GLANCE = 100;
// Then this many organizations are asked in turn, each with one step in the index.
const ROUND = 100;

export interface ClaimOptions {
  /** Free slots of this worker. */
  limit: number;
  leaseMs: number;
  /** How many rows of one organization this worker may have at a time. */
  perOrganization: number;
  /** Organizations whose rows this worker has in hand, one entry a row. */
  inHand: readonly (string | null)[];
  /** Where the round over the organizations continues: any organization id. */
  from: string;
}

/**
 * Claims what is due, a fair share for each organization, and what a dead worker left (its lease has expired).
 *
 * The n-th row of an organization, those in hand included, comes after every other organization's rows before
 * their n-th: a clinic that floods the queue only delays itself.
 */
export function claim(table: QueueTable, options: ClaimOptions): RawBuilder<Job> {
  const { limit, leaseMs, perOrganization, from } = options;
  const inHand = options.inHand.map((orgId) => orgId ?? NOBODY);
  const candidates = sql.id('app_private', `${table}_candidates`);
  return sql<Job>`
    with due as materialized (
      select id, status from ${candidates}(
        ${limit}::integer, ${perOrganization}::integer, ${inHand}::uuid[], ${from}::uuid, ${GLANCE}, ${ROUND})
      order by turn, since limit ${limit})
    update ${sql.table(table)} as job set
      status = 'processing',
      attempts = job.attempts + 1,
      last_attempt_at = now(),
      lease_token = gen_random_uuid(),
      lease_until = now() + ${leaseMs} * interval '1 millisecond'
    from due where job.id = due.id
    returning job.id, job.org_id, ${sql.raw(topicOf[table])} as topic, job.payload, job.attempts,
      due.status = 'processing' as abandoned, job.lease_token`;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

export function renewLease(table: QueueTable, jobs: readonly Job[], leaseMs: number): RawBuilder<unknown> {
  return sql`
    update ${sql.table(table)} as job set lease_until = now() + ${leaseMs} * interval '1 millisecond'
    from unnest(${jobs.map(({ id }) => id)}::uuid[], ${jobs.map((job) => job.lease_token)}::uuid[]) as mine (id, token)
    where job.id = mine.id and job.lease_token = mine.token and job.status = 'processing'`;
}

/** What happened in one attempt, for people who look at the delivery later. */
export interface Span {
  attempt: number;
  worker: string;
  started_at: string;
  ms: number;
  outcome: 'completed' | 'retry' | 'dead_letter' | 'released';
  error?: string;
}

// A row that waits for a calendar to be relinked is tried every minute, forever.
const SPANS_KEPT = 20;
const withSpan = (span: Span) => sql`
  (case when jsonb_array_length(spans) >= ${SPANS_KEPT} then spans - 0 else spans end) || ${JSON.stringify([span])}::jsonb`;

/** @returns no row when the lease was lost: the caller's transaction must not commit its effects. */
export function complete(table: QueueTable, job: Job, span: Span): RawBuilder<{ id: string }> {
  return sql`
    update ${sql.table(table)} set
      status = 'completed', completed_at = now(), lease_token = null, lease_until = null, error_message = null,
      spans = ${withSpan(span)}
    where id = ${job.id} and lease_token = ${job.lease_token} and status = 'processing'
    returning id`;
}

export interface Setback {
  status: 'pending' | 'failed' | 'dead_letter';
  reason: string;
  delayMs: number;
  /** A wait that was not the job's fault is not counted as an attempt. */
  countAttempt: boolean;
  refused: boolean;
}

export function putBack(table: QueueTable, job: Job, setback: Setback, span: Span): RawBuilder<unknown> {
  return sql`
    update ${sql.table(table)} set
      status = ${setback.status},
      error_message = ${setback.reason},
      ${table === 'outbox' ? sql`refused = ${setback.refused},` : sql``}
      run_at = now() + ${setback.delayMs} * interval '1 millisecond',
      attempts = attempts - ${setback.countAttempt ? 0 : 1},
      lease_token = null, lease_until = null,
      spans = ${withSpan(span)}
    where id = ${job.id} and lease_token = ${job.lease_token} and status = 'processing'`;
}

/** Releases what this process has, as if it had never been claimed, because it must end now. */
export function release(
  table: QueueTable,
  jobs: readonly Job[],
  span: Omit<Span, 'attempt'>,
): RawBuilder<unknown> {
  return sql`
    update ${sql.table(table)} as job set
      status = 'pending', run_at = now(), attempts = job.attempts - 1, lease_token = null, lease_until = null,
      spans = job.spans || jsonb_build_array(${JSON.stringify(span)}::jsonb || jsonb_build_object('attempt', job.attempts))
    from unnest(${jobs.map(({ id }) => id)}::uuid[], ${jobs.map((job) => job.lease_token)}::uuid[]) as mine (id, token)
    where job.id = mine.id and job.lease_token = mine.token and job.status = 'processing'`;
}

/** Rows that should be in progress but that no one has: for the carrier, which may have lost them. */
export async function overlooked(
  db: Db,
  table: QueueTable,
  limit: number,
): Promise<{ id: string; attempt: number }[]> {
  const { rows } = await sql<{ id: string; attempt: number }>`
    select id, attempts as attempt from ${sql.table(table)}
    where status in ('pending', 'failed') and not blocked and run_at <= now()
    order by run_at limit ${limit}`.execute(db);
  return rows;
}
