import { type MessageStatus, textReason } from '@voxanne/contract';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { isRefused, statusesBefore } from './message-status.ts';
import type { TextLimits } from './text-limits.ts';

export interface NewMessage {
  orgId: string;
  to: string;
  from: string | null;
  body: string;
  kind: string;
  /** With `kind`, which text it is: it can exist once. */
  dedupeKey: string;
  appointmentId?: string;
}

export interface MessageRow {
  id: string;
  org_id: string;
  to_address: string;
  status: MessageStatus;
  body: string;
  attempts: number;
  attempted_at: Date | null;
  provider_id: string | null;
  error_code: string | null;
  /** What it leaves from, or left from; null where Twilio chooses it. */
  from_address: string | null;
  /** The number that its clinic alone texts from, by now. */
  own_sender: string | null;
  /** Since the last attempt, by the database's clock. */
  idle_ms: number | null;
  /** Since it was written, by the database's clock. */
  age_ms: number;
}

const ROW = sql`
  id, org_id, to_address, status, body, attempts, attempted_at, provider_id, error_code, from_address,
  (select s.address from senders s where s.org_id = messages.org_id) as own_sender,
  (extract(epoch from clock_timestamp() - attempted_at) * 1000)::float8 as idle_ms,
  (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as age_ms`;

/** Writes the text unless it exists, and reads it. */
export async function keepMessage(db: Db, message: NewMessage): Promise<{ row: MessageRow; isNew: boolean }> {
  const inserted = await sql<MessageRow>`
    insert into messages (org_id, to_address, from_address, body, kind, dedupe_key, appointment_id)
    values (${message.orgId}, ${message.to},
      coalesce((select s.address from senders s where s.org_id = ${message.orgId}), ${message.from}), ${message.body}, ${message.kind},
      ${message.dedupeKey}, ${message.appointmentId ?? null})
    on conflict (org_id, kind, dedupe_key) do nothing
    returning ${ROW}`.execute(db);
  const [row] = inserted.rows;
  if (row) return { row, isNew: true };
  const existing = await findByKey(db, message);
  if (!existing) throw new Error('A text that exists could not be read.');
  return { row: existing, isNew: false };
}

export async function findByKey(
  db: Db,
  key: Pick<NewMessage, 'orgId' | 'kind' | 'dedupeKey'>,
): Promise<MessageRow | undefined> {
  const { rows } = await sql<MessageRow>`
    select ${ROW} from messages
    where org_id = ${key.orgId} and kind = ${key.kind} and dedupe_key = ${key.dedupeKey}`.execute(db);
  return rows[0];
}

export async function readMessage(db: Db, id: string): Promise<MessageRow | undefined> {
  const { rows } = await sql<MessageRow>`select ${ROW} from messages where id = ${id}`.execute(db);
  return rows[0];
}

/** The durable order to send a text. With a delay it is the safety net of a sender that tries at once. */
export async function enqueueSend(
  db: Db,
  message: Pick<MessageRow, 'id' | 'org_id'>,
  delayMs: number,
): Promise<void> {
  await sql`
    insert into outbox (org_id, topic, key, payload, run_at)
    values (${message.org_id}, 'message.send', ${message.id},
      jsonb_build_object('message_id', ${message.id}::text), now() + ${delayMs} * interval '1 millisecond')
    on conflict (org_id, topic, key) do nothing`.execute(db);
}

export type QueuedText =
  | { outcome: 'queued'; message_id: string }
  | { outcome: 'NOT_A_CONTACT' }
  | { outcome: 'STOPPED' }
  | { outcome: 'CANNOT_RECEIVE' }
  | { outcome: 'TOO_MANY_TEXTS'; retry_after_s: number };

/** The text with its order to be sent, if the clinic may send it: SQL knows its contacts and counts. */
export async function queueDirectText(
  db: Db,
  text: Omit<NewMessage, 'kind' | 'appointmentId'>,
  limits: TextLimits,
): Promise<QueuedText> {
  const { rows } = await sql<QueuedText>`
    select outcome, message_id, retry_after_s from app_private.queue_direct_text(
      ${text.orgId}, ${text.to}, ${text.from}, ${text.body}, ${text.dedupeKey}, ${limits.newDays},
      ${limits.newPerHour}, ${limits.newPerDay}, ${limits.perHour}, ${limits.perDay})`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('The text was neither queued nor refused.');
  return row;
}

export interface Claimed {
  attempts: number;
  /** The clinic's own sender, if it has one. */
  sender: string | null;
  /** Why no text may go to this number: nothing was claimed, and the text has failed. */
  why_not: string | null;
}

/**
 * Committed before every single request to Twilio. `attempts` is the fence: who read an older number has lost the text
 * to another process. Whether the text may go at all, and from which sender, is decided here; so reconciling knows it.
 * @returns undefined when the text is no longer the caller's to send.
 */
export async function claimAttempt(
  db: Db,
  message: Pick<MessageRow, 'id' | 'attempts'>,
  shared: string | null,
): Promise<Claimed | undefined> {
  const { rows } = await sql<Claimed>`
    with word as (
      select id, app_private.why_no_text(org_id, to_address) as why_not from messages where id = ${message.id})
    update messages m set
      status = case when word.why_not is null then 'sending' else 'failed' end,
      attempts = attempts + case when word.why_not is null then 1 else 0 end,
      attempted_at = case when word.why_not is null then clock_timestamp() else attempted_at end,
      error_code = word.why_not,
      from_address = coalesce((select s.address from senders s where s.org_id = m.org_id), ${shared})
    from word
    where m.id = word.id and attempts = ${message.attempts} and provider_id is null
      and status in ('queued', 'sending', 'unknown')
    returning attempts, word.why_not, (select s.address from senders s where s.org_id = m.org_id) as sender`.execute(
    db,
  );
  return rows[0];
}

/** `endedNow`: the attempt ended this moment; otherwise its process died first, and only its start is known. */
export async function markUnknown(
  db: Db,
  message: Pick<MessageRow, 'id' | 'attempts'>,
  endedNow: boolean,
): Promise<void> {
  await sql`
    update messages set status = 'unknown',
      attempted_at = case when ${endedNow}::boolean then clock_timestamp() else attempted_at end
    where id = ${message.id} and attempts = ${message.attempts} and status = 'sending'`.execute(db);
}

/** Surely not sent: it waits for the next attempt, and says why. */
export async function markQueued(
  db: Db,
  message: Pick<MessageRow, 'id' | 'attempts'>,
  errorCode: string,
): Promise<void> {
  await sql`
    update messages set status = 'queued', error_code = ${errorCode}
    where id = ${message.id} and attempts = ${message.attempts} and status = 'sending'`.execute(db);
}

/** Surely not sent, and never will be. */
export async function markFailed(
  db: Db,
  message: Pick<MessageRow, 'id' | 'attempts'>,
  errorCode: string,
): Promise<void> {
  await sql`
    update messages set status = 'failed', error_code = ${errorCode}
    where id = ${message.id} and attempts = ${message.attempts} and provider_id is null
      and status in ('queued', 'sending', 'unknown')`.execute(db);
}

export interface ProviderStatus {
  messageId: string;
  sid: string;
  status: MessageStatus;
  errorCode: string | null;
  from: string | null;
}

/**
 * What Twilio says about a text, applied forwards only. It also overrides a failure that was our own verdict.
 * @returns false when the text is known under another SID.
 */
export async function applyProviderStatus(db: Db, word: ProviderStatus): Promise<boolean> {
  const { numAffectedRows } = await sql`
    with word as (
      select m.id,
        m.status = any(${statusesBefore(word.status)}::text[]) or (m.status = 'failed' and m.provider_id is null) as forwards
      from messages m where m.id = ${word.messageId} for update)
    update messages m set
      provider_id = ${word.sid},
      from_address = coalesce(m.from_address, ${word.from}),
      status = case when word.forwards then ${word.status} else m.status end,
      error_code = case when word.forwards then ${word.errorCode} else m.error_code end,
      delivered_at = case when word.forwards and ${word.status} = 'delivered' then clock_timestamp() else m.delivered_at end
    from word
    where m.id = word.id and (m.provider_id is null or m.provider_id = ${word.sid})`.execute(db);
  if (isRefused(word.status)) await refuseOutgoing(db, word);
  return numAffectedRows === 1n;
}

/** What left and did not arrive is not done: its outgoing row says why. */
async function refuseOutgoing(
  db: Db,
  { messageId, status, errorCode }: Pick<ProviderStatus, 'messageId' | 'status' | 'errorCode'>,
): Promise<void> {
  await sql`
    update outbox o set status = 'dead_letter', refused = true, error_message = ${textReason(status, errorCode)},
      completed_at = null, lease_token = null, lease_until = null
    from messages m
    where m.id = ${messageId} and m.status in ('failed', 'undelivered') and o.org_id = m.org_id
      and o.status in ('processing', 'completed')
      and (o.topic, o.key) in (('message.' || m.kind, m.dedupe_key), ('message.send', m.id::text))`.execute(
    db,
  );
}
