import { sql } from 'kysely';
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
  /** The worker before this one died with it. */
  abandoned?: boolean;
}

const topicOf: Record<QueueTable, string> = {
  outbox: 'job.topic',
  webhook_delivery_log: `job.provider || '.' || job.event_type`,
};

/** Takes what is due, and what a dead worker left: its lease has run out. */
export async function claim(db: Db, table: QueueTable, limit: number, leaseMs: number): Promise<Job[]> {
  const { rows } = await sql<Job>`
    with due as materialized (
      select id, status from ${sql.table(table)}
      where (status in ('pending', 'failed') and run_at <= now())
        or (status = 'processing' and lease_until < now())
      order by run_at
      limit ${limit}
      for update skip locked)
    update ${sql.table(table)} as job set
      status = 'processing',
      attempts = job.attempts + 1,
      lease_token = gen_random_uuid(),
      lease_until = now() + ${leaseMs} * interval '1 millisecond'
    from due where job.id = due.id
    returning job.id, job.org_id, ${sql.raw(topicOf[table])} as topic, job.payload, job.attempts,
      due.status = 'processing' as abandoned, job.lease_token`.execute(db);
  return rows;
}

export async function renewLease(db: Db, table: QueueTable, job: Job, leaseMs: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} set lease_until = now() + ${leaseMs} * interval '1 millisecond'
    where id = ${job.id} and lease_token = ${job.lease_token} and status = 'processing'`.execute(db);
  return numAffectedRows === 1n;
}

/** @returns false when the lease was lost: the caller's transaction must not commit its effects. */
export async function complete(db: Db, table: QueueTable, job: Job): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} set
      status = 'completed', completed_at = now(), lease_token = null, lease_until = null, error_message = null
    where id = ${job.id} and lease_token = ${job.lease_token} and status = 'processing'`.execute(db);
  return numAffectedRows === 1n;
}

export interface Setback {
  status: 'pending' | 'failed' | 'dead_letter';
  reason: string;
  delayMs: number;
  /** A wait that was not the job's fault is not counted as an attempt. */
  countAttempt: boolean;
}

export async function putBack(db: Db, table: QueueTable, job: Job, setback: Setback): Promise<void> {
  await sql`
    update ${sql.table(table)} set
      status = ${setback.status},
      error_message = ${setback.reason},
      run_at = now() + ${setback.delayMs} * interval '1 millisecond',
      attempts = attempts - ${setback.countAttempt ? 0 : 1},
      lease_token = null, lease_until = null
    where id = ${job.id} and lease_token = ${job.lease_token}`.execute(db);
}
