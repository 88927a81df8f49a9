import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface OnboardingFacts {
  started_at: Date;
  phone: string | null;
  system_ready_queued_at: Date | null;
  calendar_status: string | null;
  calendar_account: string | null;
  calendar_at: Date | null;
  calendar_declined_at: Date | null;
  receptionist_account: string | null;
  receptionist_error: string | null;
  receptionist_at: Date | null;
  booked_at: Date | null;
  text_status: string | null;
  text_delivered_at: Date | null;
  system_ready_status: string | null;
}

/** Everything the setup page shows, from the rows that prove it. One round trip. */
export async function onboardingFacts(db: Db, orgId: string): Promise<OnboardingFacts> {
  const firstEvent = (type: string) => sql`(
    select min(created_at) from events where org_id = o.id and type = ${type})`;
  const { rows } = await sql<OnboardingFacts>`
    select o.created_at as started_at, o.phone, o.system_ready_queued_at, o.calendar_declined_at,
      google.status as calendar_status, google.account as calendar_account,
      case when google.id is not null then coalesce(${firstEvent('calendar.connected')}, google.connected_at) end as calendar_at,
      vapi.account as receptionist_account, vapi.error_message as receptionist_error,
      case when vapi.account is not null then coalesce(${firstEvent('assistant.ready')}, vapi.connected_at) end as receptionist_at,
      first_booking.created_at as booked_at,
      confirmation.status as text_status, confirmation.delivered_at as text_delivered_at,
      (select status from messages where org_id = o.id and kind = 'system_ready' limit 1) as system_ready_status
    from organizations o
    left join connections google on google.org_id = o.id and google.provider = 'google'
    left join connections vapi on vapi.org_id = o.id and vapi.provider = 'vapi'
    left join lateral (
      select created_at from appointments where org_id = o.id order by created_at limit 1) first_booking on true
    left join lateral (
      select status, delivered_at from messages where org_id = o.id and kind = 'confirmation'
      order by delivered_at nulls last, created_at limit 1) confirmation on true
    where o.id = ${orgId}`.execute(db);
  const [facts] = rows;
  if (!facts) throw new Error('The organization of this session is gone.');
  return facts;
}
