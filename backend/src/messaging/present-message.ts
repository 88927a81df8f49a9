import { type Message, type MessageDetail, MessageStatus, textReason } from '@voxanne/contract';
import type { Db } from '../platform/database.ts';
import { findListed, type ListedMessage, timelineOf } from './message-list.queries.ts';
import { messageNotFound } from './messaging.errors.ts';

/**
 * One text of the caller's clinic, with its timeline.
 * @throws {AppError} MESSAGE_NOT_FOUND.
 */
export async function showMessage(db: Db, id: string): Promise<MessageDetail> {
  const row = await findListed(db, id);
  if (!row) throw messageNotFound();
  const timeline = await timelineOf(db, row.id);
  return {
    ...presentMessage(row),
    timeline: timeline.map(({ status, detail, created_at }) => ({
      status: MessageStatus.parse(status),
      at: created_at.toISOString(),
      detail,
      reason: textReason(status, detail),
    })),
  };
}

/** A text as the API has it. */
export function presentMessage(row: ListedMessage): Message {
  const { to_address: to, from_address: from, created_at, channel, status, body, patient, contacts } = row;
  return {
    id: row.id,
    to,
    from,
    channel: channel as Message['channel'],
    status: MessageStatus.parse(status),
    body: withoutLinks(body),
    kind: row.kind,
    appointment_id: row.appointment_id,
    attempts: row.attempts,
    provider_id: row.provider_id,
    error_code: row.error_code,
    reason: textReason(status, row.error_code),
    patient: { phone: patient, contacts },
    informed_at: row.informed_at?.toISOString() ?? null,
    resendable: row.resendable,
    replaced_by: row.replaced_by,
    created_at: created_at.toISOString(),
  };
}

/** A patient's link acts as the patient, so no one else should see all of it. */
const withoutLinks = (body: string): string => body.replace(/(\/a\/)[\w-]{41}/g, '$1...');
