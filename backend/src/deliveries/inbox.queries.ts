import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface InboxEvent {
  provider: 'vapi' | 'twilio' | 'google';
  /** Whose ids these are: the organization, or the provider's account where the organization is not known. */
  scope: string;
  orgId: string | null;
  eventType: string;
  eventId: string;
  payload: Record<string, unknown>;
}

export interface Claim {
  deliveryId: string;
  /** Fences: whoever was given up for dead and comes back later must not touch what somebody else claimed since. */
  claimedAt: string;
}

/**
 * One statement, before the 2xx: the first copy makes the delivery row, a repeat makes nothing. An answer that
 * never came (the process died) may be claimed anew after `staleMs`.
 * @returns undefined for a repeat.
 */
export async function claimEvent(
  db: Db,
  event: InboxEvent,
  options: { status: 'pending' | 'processing'; staleMs?: number },
): Promise<Claim | undefined> {
  const stale = options.staleMs ?? null;
  const { rows } = await sql<Claim>`
    with first as (
      insert into processed_webhook_events as e (provider, scope, event_id, org_id, event_type)
      values (${event.provider}, ${event.scope}, ${event.eventId}, ${event.orgId}, ${event.eventType})
      on conflict (provider, scope, event_id) do update set received_at = now()
        where ${stale}::int is not null and e.answered_at is null
          and e.received_at < now() - ${stale}::int * interval '1 millisecond'
      returning received_at)
    insert into webhook_delivery_log (org_id, provider, event_type, event_id, payload, status, attempts, last_attempt_at)
    select ${event.orgId}::uuid, ${event.provider}, ${event.eventType}, ${event.eventId},
      ${JSON.stringify(event.payload)}::jsonb, ${options.status},
      ${options.status === 'processing' ? 1 : 0}, now()
    from first
    returning id as "deliveryId", (select received_at::text from first) as "claimedAt"`.execute(db);
  return rows[0];
}

export async function storeAnswer(db: Db, event: InboxEvent, claim: Claim, answer: unknown): Promise<void> {
  await sql`
    with answered as (
      update processed_webhook_events set response = ${JSON.stringify(answer)}::jsonb, answered_at = now()
      where provider = ${event.provider} and scope = ${event.scope} and event_id = ${event.eventId}
        and received_at = ${claim.claimedAt}::timestamptz)
    update webhook_delivery_log set status = 'completed', completed_at = now() where id = ${claim.deliveryId}`.execute(
    db,
  );
}

/** The work failed without an effect: the same event may come again. */
export async function releaseEvent(db: Db, event: InboxEvent, claim: Claim, reason: string): Promise<void> {
  await sql`
    with released as (
      delete from processed_webhook_events
      where provider = ${event.provider} and scope = ${event.scope} and event_id = ${event.eventId}
        and received_at = ${claim.claimedAt}::timestamptz)
    update webhook_delivery_log set status = 'dead_letter', error_message = ${reason} where id = ${claim.deliveryId}`.execute(
    db,
  );
}

export async function storedAnswer(
  db: Db,
  event: InboxEvent,
): Promise<{ answered: boolean; response: unknown } | undefined> {
  const row = await db
    .selectFrom('processed_webhook_events')
    .select(['answered_at', 'response'])
    .where('provider', '=', event.provider)
    .where('scope', '=', event.scope)
    .where('event_id', '=', event.eventId)
    .executeTakeFirst();
  return row && { answered: row.answered_at !== null, response: row.response };
}
