import { sql } from 'kysely';
import type { Database, Db } from '../platform/database.ts';

/** Asked with every tool call: one round trip. */
export async function timeZoneOf(database: Database, orgId: string): Promise<string> {
  const [row] = await database.serviceStatement(
    sql<{ time_zone: string }>`select time_zone from organizations where id = ${orgId}`,
  );
  if (!row) throw new Error('There is no such organization.');
  return row.time_zone;
}

// Calls that the receptionist cannot take ring at the clinic, else at the owner's; a caller does not see at which number.
const PUT_THROUGH_TO = sql<string | null>`coalesce(public_phone, phone)`.as('phone');

/** What the clinic's number needs to know besides. */
export async function readLine(db: Db, orgId: string): Promise<{ phone: string | null; country: string }> {
  return db
    .selectFrom('organizations')
    .select([PUT_THROUGH_TO, 'country'])
    .where('id', '=', orgId)
    .executeTakeFirstOrThrow();
}

/** The number that calls are put through to. */
export async function findPhone(db: Db, orgId: string): Promise<string | null> {
  const row = await db
    .selectFrom('organizations')
    .select(PUT_THROUGH_TO)
    .where('id', '=', orgId)
    .executeTakeFirstOrThrow();
  return row.phone;
}

/** What a call goes through, in this order; it may leave out steps, and never goes back. */
export const CALL_STATES = ['scheduled', 'queued', 'ringing', 'in-progress', 'forwarding', 'ended'] as const;

interface CallState {
  orgId: string;
  callId: string;
  from: string | null;
  to: string | null;
  status: (typeof CALL_STATES)[number];
  endedReason: string | null;
}

/** Forwards only, and never over the word of a report: a repeat, however late, changes nothing. */
export async function saveCallState(db: Db, call: CallState): Promise<void> {
  const order = sql`${sql.val([...CALL_STATES])}::text[]`;
  await sql`
    insert into calls as c (org_id, vapi_call_id, from_number, to_number, status, ended_reason)
    values (${call.orgId}, ${call.callId}, ${call.from}, ${call.to}, ${call.status}, ${call.endedReason})
    on conflict (org_id, vapi_call_id) do update set
      from_number = coalesce(c.from_number, excluded.from_number),
      to_number = coalesce(c.to_number, excluded.to_number),
      status = excluded.status,
      ended_reason = coalesce(c.ended_reason, excluded.ended_reason)
    where array_position(${order}, excluded.status) > array_position(${order}, c.status)`.execute(db);
}

export interface CallReport extends Omit<CallState, 'status'> {
  startedAt: string | null;
  endedAt: string | null;
  summary: string | null;
  transcript: string | null;
}

/** The last word about a call, over what its states said. A repeat says the same. */
export async function saveCallReport(db: Db, call: CallReport): Promise<void> {
  await sql`
    insert into calls as c (org_id, vapi_call_id, from_number, to_number, status, started_at, ended_at,
      ended_reason, summary, transcript)
    values (${call.orgId}, ${call.callId}, ${call.from}, ${call.to}, 'ended', ${call.startedAt}::timestamptz,
      ${call.endedAt}::timestamptz, ${call.endedReason}, ${call.summary}, ${call.transcript})
    on conflict (org_id, vapi_call_id) do update set
      from_number = coalesce(excluded.from_number, c.from_number),
      to_number = coalesce(excluded.to_number, c.to_number),
      status = 'ended',
      started_at = coalesce(excluded.started_at, c.started_at),
      ended_at = coalesce(excluded.ended_at, c.ended_at),
      ended_reason = coalesce(excluded.ended_reason, c.ended_reason),
      summary = coalesce(excluded.summary, c.summary),
      transcript = coalesce(excluded.transcript, c.transcript)`.execute(db);
}

/** Which of these Twilio ids are this organization's own texts. */
export async function ownMessageSids(db: Db, orgId: string, sids: string[]): Promise<Set<string>> {
  if (sids.length === 0) return new Set();
  const rows = await db
    .selectFrom('messages')
    .select('provider_id')
    .where('org_id', '=', orgId)
    .where('provider_id', 'in', sids)
    .execute();
  return new Set(rows.flatMap((row) => row.provider_id ?? []));
}

/** The row of the sign-up runs again: what it does can be repeated. */
export async function requeueProvisioning(db: Db, orgId: string, runAt: Date): Promise<void> {
  await db
    .insertInto('outbox')
    .values({ org_id: orgId, topic: 'assistant.provision', key: orgId, payload: '{}', run_at: runAt })
    .onConflict((conflict) =>
      conflict
        .columns(['org_id', 'topic', 'key'])
        .doUpdateSet({ status: 'pending', run_at: runAt, attempts: 0, error_message: null }),
    )
    .execute();
}

/** Unless something else has asked for it since: that changes the time at which it is due. */
export async function completeProvisioning(db: Db, orgId: string, runAt: Date): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ status: 'completed', completed_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('topic', '=', 'assistant.provision')
    .where('status', '=', 'pending')
    .where('run_at', '=', runAt)
    .execute();
}

/**
 * Queues every clinic whose receptionist was made by another definition than this, a few a second: Vapi counts
 * requests, and what patients wait for goes through the same queue. @returns how many.
 */
export async function queueOutdatedDefinitions(db: Db, version: string): Promise<number> {
  const { rows } = await sql<{ org_id: string }>`
    insert into outbox as o (org_id, topic, key, payload, run_at)
      select c.org_id, 'assistant.provision', c.org_id::text, '{}',
        now() + row_number() over (order by c.org_id) * interval '200 milliseconds'
      from connections c
      where c.provider = 'vapi' and c.details ? 'assistant_id' and c.details ->> 'definition' is distinct from ${version}
    on conflict (org_id, topic, key) do update
      set status = 'pending', run_at = excluded.run_at, attempts = 0, error_message = null
      where o.status <> 'pending'
    returning o.org_id`.execute(db);
  return rows.length;
}
