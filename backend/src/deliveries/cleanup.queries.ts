import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** One kind of rows that are deleted after a while. */
export interface RetentionRule {
  /** Its name in logs and on the command line. */
  name: string;
  table: string;
  keepDays: number | 'policy';
}

export interface Batch {
  /** How many rows were looked at; fewer than the limit means there are no more. */
  seen: number;
  removed: number;
  /** Where the next batch continues, so that rows that must stay are skipped once, not by every batch. */
  upTo: string | null;
}

interface DeleteRule extends RetentionRule {
  keepDays: number;
  /** Indexed: the row is old when this is. */
  age: RawBuilder<Date>;
  which: RawBuilder<boolean>;
  /** Rows that no one ever changes need no lock, and the workers' role has no right to change them. */
  changes: boolean;
}

// A subselect by primary key, not a join: at any number of unfinished rows it costs one step a row. Written as one yes
// or no, of which the planner expects half: of a comparison it expected one in a hundred, so that every batch looked as
// if it had to read the whole table, and worth compiling.
const deliveryIsFinished = sql<boolean>`coalesce(
  (select d.status in ('completed', 'dead_letter') from webhook_delivery_log d
    where d.id = processed_webhook_events.delivery_id), true)`;

const finished = (table: string): DeleteRule => ({
  name: table,
  table,
  keepDays: 7,
  age: sql`coalesce(completed_at, created_at)`,
  which: sql`status = 'completed'`,
  changes: true,
});
// Resolved ones are completed, and go with those.
const deadLetters = (table: string): DeleteRule => ({
  name: `${table}, dead letters`,
  table,
  keepDays: 90,
  age: sql`coalesce(last_attempt_at, created_at)`,
  which: sql`status = 'dead_letter'`,
  changes: true,
});

const DELETE_RULES: readonly DeleteRule[] = [
  {
    name: 'processed_webhook_events',
    table: 'processed_webhook_events',
    keepDays: 1,
    age: sql`received_at`,
    which: deliveryIsFinished,
    changes: true,
  },
  finished('webhook_delivery_log'),
  deadLetters('webhook_delivery_log'),
  finished('outbox'),
  deadLetters('outbox'),
  {
    name: 'events',
    table: 'events',
    keepDays: 7,
    age: sql`created_at`,
    which: sql`true`,
    changes: false,
  },
  {
    name: 'held_texts',
    table: 'app_private.held_texts',
    keepDays: 7,
    age: sql`received_at`,
    which: sql`true`,
    changes: true,
  },
  {
    name: 'clinic_questions',
    table: 'app_private.clinic_questions',
    keepDays: 7,
    age: sql`coalesce(chosen_at, asked_at)`,
    which: sql`true`,
    changes: true,
  },
  {
    name: 'use_counts',
    table: 'app_private.use_counts',
    keepDays: 1,
    age: sql`resets_at`,
    which: sql`true`,
    changes: true,
  },
  {
    name: 'caller_lookups',
    table: 'caller_lookups',
    keepDays: 2,
    age: sql`created_at`,
    which: sql`true`,
    changes: false,
  },
  {
    name: 'read_backs',
    table: 'read_backs',
    keepDays: 1,
    age: sql`created_at`,
    which: sql`true`,
    changes: true,
  },
  {
    name: 'tasks, closed',
    table: 'tasks',
    keepDays: 90,
    age: sql`closed_at`,
    which: sql`true`,
    changes: true,
  },
  {
    name: 'idempotency_keys',
    table: 'idempotency_keys',
    keepDays: 1,
    age: sql`created_at`,
    which: sql`true`,
    changes: false,
  },
];

const BODIES: RetentionRule = { name: 'messages, bodies', table: 'messages', keepDays: 'policy' };

/** Everything that is deleted after a while, in order. The audit log isn't part of it. */
export const RETENTION_RULES: readonly RetentionRule[] = [...DELETE_RULES, BODIES];

const DAY_MS = 86_400_000;
const daysBefore = (now: Date, days: number) => new Date(now.getTime() - days * DAY_MS);

/** Removes the oldest rows of one rule: at most `limit` of them, none that someone is working on. */
export function removeBatch(
  rule: RetentionRule,
  now: Date,
  limit: number,
  from: string | null,
): RawBuilder<Batch> {
  const found = DELETE_RULES.find(({ name }) => name === rule.name);
  return found ? deleteBatch(found, now, limit, from) : emptyBodies(now, limit);
}

const deleteBatch = (rule: DeleteRule, now: Date, limit: number, from: string | null): RawBuilder<Batch> => {
  const table = sql.table(rule.table);
  return sql<Batch>`
    with old as materialized (
      select ctid as place, ${rule.age} as age from ${table}
      where ${rule.age} < ${daysBefore(now, rule.keepDays)}::timestamptz
        and ${rule.age} >= coalesce(${from}::timestamptz, '-infinity') and ${rule.which}
      order by ${rule.age} limit ${limit} ${rule.changes ? sql`for update skip locked` : sql``}),
    gone as (delete from ${table} where ctid = any (array(select place from old)) returning 1)
    select (select count(*) from old)::int as seen, (select count(*) from gone)::int as removed,
      (select max(age)::text from old) as "upTo"`;
};

// Its words may still be needed: to be sent, or to be recognized among what Twilio has.
const UNFINISHED = sql`('queued', 'sending', 'unknown')`;

const emptyBodies = (now: Date, limit: number): RawBuilder<Batch> => sql<Batch>`
  with old as materialized (
    select m.place from organizations o
    cross join lateral (
      select ctid as place from messages
      where org_id = o.id and body_removed_at is null and status not in ${UNFINISHED}
        and created_at < ${now}::timestamptz - o.message_retention_days * interval '24 hours'
      order by created_at limit ${limit} for update skip locked) as m
    where o.message_retention_days is not null
    limit ${limit}),
  emptied as (
    update messages set body = '', body_removed_at = ${now}::timestamptz
    where ctid = any (array(select place from old)) returning 1)
  select (select count(*) from old)::int as seen, (select count(*) from emptied)::int as removed, null as "upTo"`;

/** How many rows of a rule would be deleted now. */
export function countOld(rule: RetentionRule, now: Date): RawBuilder<{ count: number }> {
  const found = DELETE_RULES.find(({ name }) => name === rule.name);
  if (!found) {
    return sql<{ count: number }>`
      select count(*)::int as count from organizations o join messages m on m.org_id = o.id
        and m.body_removed_at is null and m.status not in ${UNFINISHED}
        and m.created_at < ${now}::timestamptz - o.message_retention_days * interval '24 hours'
      where o.message_retention_days is not null`;
  }
  return sql<{ count: number }>`
    select count(*)::int as count from ${sql.table(found.table)}
    where ${found.age} < ${daysBefore(now, found.keepDays)}::timestamptz and ${found.which}`;
}

/** Counting millions takes longer than a request may. Of this transaction only. */
export async function allowLongStatements(db: Db): Promise<void> {
  await sql`set local statement_timeout = '10min'`.execute(db);
}

export interface Lease {
  token: string;
}

export interface LeaseRequest {
  job: string;
  leaseMs: number;
  /** Only if no run began at this time or later; null: in any case. */
  unlessRunSince: Date | null;
}

/** @returns no row when someone has the lease, or when the job has been done. */
export const takeLease = ({ job, leaseMs, unlessRunSince }: LeaseRequest): RawBuilder<Lease> => sql<Lease>`
  insert into app_private.scheduled_jobs as j (name, lease_token, lease_until)
  values (${job}, gen_random_uuid(), now() + ${leaseMs} * interval '1 millisecond')
  on conflict (name) do update set lease_token = excluded.lease_token, lease_until = excluded.lease_until
    where (j.lease_until is null or j.lease_until < now())
      and (${unlessRunSince}::timestamptz is null or j.last_run_at is null or j.last_run_at < ${unlessRunSince})
  returning lease_token as token`;

/** @returns no row when the lease was lost. */
export const renewJobLease = (
  job: string,
  { token }: Lease,
  leaseMs: number,
): RawBuilder<Lease> => sql<Lease>`
  update app_private.scheduled_jobs set lease_until = now() + ${leaseMs} * interval '1 millisecond'
  where name = ${job} and lease_token = ${token}::uuid
  returning lease_token as token`;

/** Gives the lease back. `ranAt`: when the run began, if it came to its end. */
export const endLease = (
  job: string,
  { token }: Lease,
  ranAt: Date | null,
  result: unknown,
): RawBuilder<unknown> => sql`
  update app_private.scheduled_jobs set lease_token = null, lease_until = null,
    last_run_at = coalesce(${ranAt}::timestamptz, last_run_at), last_result = ${JSON.stringify(result)}::jsonb
  where name = ${job} and lease_token = ${token}::uuid`;
