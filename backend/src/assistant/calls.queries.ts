import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

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
