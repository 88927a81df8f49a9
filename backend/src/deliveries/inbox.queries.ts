import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export type SignatureVerdict = 'secret' | 'bearer' | 'hmac' | 'twilio' | 'channel_token';

/** How an event came: kept for people who look at the delivery later. */
export interface Arrival {
  signature: SignatureVerdict;
  /** Secrets masked: see `maskHeaders`. */
  headers: Record<string, string>;
  requestId: string;
}

export interface InboxEvent {
  provider: 'vapi' | 'twilio' | 'google';
  /** Whose ids these are: the organization, or the provider's account where the organization is not known. */
  scope: string;
  orgId: string | null;
  eventType: string;
  eventId: string;
  payload: Record<string, unknown>;
  /** Events of one key (a call, a message, a channel) are handled one at a time, in the order in which they came. */
  orderKey?: string;
  arrival?: Arrival;
}

/** What happened to one copy: the first has a claim. Neither claimed nor counted: see `claimEvent`. */
export interface Arrived {
  claim: Claim | null;
  counted: boolean;
}

export interface Claim {
  deliveryId: string;
  /** Fences: a worker that was given up for dead and comes back must not touch what another one has claimed since. */
  claimedAt: string;
}

export interface ClaimEventOptions {
  /** `pending`: for a worker. `processing`: answered here and now. `completed`: only to be kept. */
  status: 'pending' | 'processing' | 'completed';
  /** After this long an answer will never come (the process died), so the event may be claimed again. */
  staleMs?: number;
  /** The row's BullMQ job is going to have the id `<row>-0`. */
  carried?: boolean;
  /** False once this copy has been counted as a repeat. */
  countRepeat?: boolean;
}

/**
 * One statement, before the 2xx: the first copy makes the delivery row; a repeat makes nothing and is counted. A repeat
 * that waited for the first copy's commit has a snapshot from before it, in which there is no row to count on: it is
 * neither claimed nor counted, and the same statement once more counts it.
 * @returns one row.
 */
export function claimEvent(event: InboxEvent, options: ClaimEventOptions): RawBuilder<Arrived> {
  const { status } = options;
  const stale = options.staleMs ?? null;
  const { signature = 'none', headers = {}, requestId = null } = event.arrival ?? {};
  return sql<Arrived>`
    with first as (
      insert into processed_webhook_events as e (provider, scope, event_id, org_id, event_type, delivery_id)
      values (${event.provider}, ${event.scope}, ${event.eventId}, ${event.orgId}, ${event.eventType}, gen_random_uuid())
      on conflict (provider, scope, event_id) do update set received_at = now(), delivery_id = excluded.delivery_id
        where ${stale}::int is not null and e.answered_at is null
          and e.received_at < now() - ${stale}::int * interval '1 millisecond'
      returning received_at, delivery_id),
    repeat as (
      update webhook_delivery_log as d set duplicates = d.duplicates + 1, last_duplicate_at = now()
      from processed_webhook_events as e
      where ${options.countRepeat ?? true} and not exists (select 1 from first) and d.id = e.delivery_id
        and e.provider = ${event.provider} and e.scope = ${event.scope} and e.event_id = ${event.eventId}
      returning 1),
    delivery as (
      insert into webhook_delivery_log (id, org_id, provider, event_type, event_id, payload, status, attempts,
        last_attempt_at, completed_at, lease_token, lease_until, order_key, headers, signature, request_id, job_id)
      select delivery_id, ${event.orgId}::uuid, ${event.provider}, ${event.eventType}, ${event.eventId},
        ${JSON.stringify(event.payload)}::jsonb, ${status},
        ${status === 'processing' ? 1 : 0}, ${status === 'processing' ? sql`now()` : null}::timestamptz,
        ${status === 'completed' ? sql`now()` : null}::timestamptz,
        ${status === 'processing' ? sql`gen_random_uuid()` : null}::uuid,
        now() + ${status === 'processing' ? stale : null}::int * interval '1 millisecond',
        ${event.orderKey ?? null}, ${JSON.stringify(headers)}::jsonb, ${signature}, ${requestId},
        ${options.carried ? sql`delivery_id::text || '-0'` : null}
      from first
      returning id)
    select (select jsonb_build_object('deliveryId', delivery.id, 'claimedAt', first.received_at::text)
            from first, delivery) as claim,
      exists (select 1 from repeat) as counted`;
}

// A repeat locks the event and then its delivery. Here too, or the two wait for each other: a part of a statement that
// nothing refers to is run after the rest of it.
const FIRST_THE_EVENT = sql`first_the_event as (select count(*) from event)`;

export function storeAnswer(
  event: InboxEvent,
  claim: Claim,
  answer: unknown,
  ms: number,
): RawBuilder<unknown> {
  const stored = JSON.stringify(answer ?? null);
  return sql`
    with event as (
      update processed_webhook_events set response = ${stored}::jsonb, answered_at = now()
      where provider = ${event.provider} and scope = ${event.scope} and event_id = ${event.eventId}
        and received_at = ${claim.claimedAt}::timestamptz
      returning 1),
    ${FIRST_THE_EVENT}
    update webhook_delivery_log set
      status = 'completed', completed_at = now(), lease_token = null, lease_until = null, error_message = null,
      response = ${stored}::jsonb, spans = ${answerSpan('completed', ms)}
    from first_the_event where id = ${claim.deliveryId}`;
}

/** The work failed without an effect, so the same event may come again. */
export function releaseEvent(
  event: InboxEvent,
  claim: Claim,
  reason: string,
  ms: number,
): RawBuilder<unknown> {
  return sql`
    with event as (
      delete from processed_webhook_events
      where provider = ${event.provider} and scope = ${event.scope} and event_id = ${event.eventId}
        and received_at = ${claim.claimedAt}::timestamptz
      returning 1),
    ${FIRST_THE_EVENT}
    update webhook_delivery_log set
      status = 'dead_letter', error_message = ${reason}, lease_token = null, lease_until = null,
      spans = ${answerSpan('dead_letter', ms, reason)}
    from first_the_event where id = ${claim.deliveryId}`;
}

const answerSpan = (outcome: string, ms: number, error?: string) => sql`spans || jsonb_build_array(
  jsonb_build_object('attempt', attempts, 'worker', 'answered inline', 'started_at', last_attempt_at,
    'ms', ${ms}::float8, 'outcome', ${outcome}::text)
  || ${JSON.stringify(error === undefined ? {} : { error })}::jsonb)`;

export async function storedAnswer(
  db: Db,
  event: Pick<InboxEvent, 'provider' | 'scope' | 'eventId'>,
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

/** A hint for every worker that listens; the rows are committed already. */
export const wakeWorkers = (): RawBuilder<unknown> =>
  sql`select pg_notify('voxanne_work', 'webhook_delivery_log')`;
