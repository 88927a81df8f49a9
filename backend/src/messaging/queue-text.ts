import { randomUUID } from 'node:crypto';
import { toE164 } from '../platform/phone.ts';
import type { MessagingContext } from './context.ts';
import { enqueueSend, keepMessage, type MessageRow } from './messages.queries.ts';
import { idempotencyKeyReused, invalidPhone } from './messaging.errors.ts';

export interface TextOrder {
  orgId: string;
  country: string;
  to: string;
  body: string;
  idempotencyKey?: string;
}

/**
 * Keeps a text and the order to send it, in one transaction; a worker sends it.
 * @throws {AppError} INVALID_PHONE, IDEMPOTENCY_KEY_REUSED
 */
export async function queueText(context: MessagingContext, order: TextOrder): Promise<MessageRow> {
  const to = toE164(order.to, order.country);
  if (to === null) throw invalidPhone();
  const { orgId, idempotencyKey } = order;
  // Half of an emoji that was cut would be kept as U+FFFD, and be another text when it is compared.
  const body = order.body.toWellFormed();
  // Apart from the keys of our own verbs: a client cannot name one of theirs.
  const dedupeKey = idempotencyKey === undefined ? randomUUID() : `api:${idempotencyKey}`;
  const { row, isNew } = await context.database.withService(async (db) => {
    const kept = await keepMessage(db, { orgId, to, from: context.from, body, kind: 'direct', dedupeKey });
    if (kept.isNew) await enqueueSend(db, kept.row, 0);
    return kept;
  });
  if (!isNew && (row.to_address !== to || row.body !== body)) throw idempotencyKeyReused();
  return row;
}
