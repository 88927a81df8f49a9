import { randomUUID } from 'node:crypto';
import { toE164 } from '../platform/phone.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { findOrganization } from '../tenancy/index.ts';
import type { MessagingContext } from './context.ts';
import { type MessageRow, queueDirectText, readMessage } from './messages.queries.ts';
import {
  idempotencyKeyReused,
  invalidPhone,
  noTexts,
  notAContact,
  tooManyTexts,
} from './messaging.errors.ts';
import { ownSender } from './senders.queries.ts';

export interface TextOrder {
  country: string;
  to: string;
  /** Well-formed: half of an emoji would be kept as U+FFFD, and be another text when it is compared. */
  body: string;
  idempotencyKey?: string | undefined;
}

/**
 * Keeps a text that a person or their program sends, and the order to send it, in one transaction; a worker sends it.
 * @throws {AppError} INVALID_PHONE, NOT_A_CONTACT, STOPPED, CANNOT_RECEIVE, TOO_MANY_TEXTS, IDEMPOTENCY_KEY_REUSED
 */
export async function queueText(
  context: MessagingContext,
  tenant: TenantScope,
  order: TextOrder,
): Promise<MessageRow> {
  const to = toE164(order.to, order.country);
  if (to === null) throw invalidPhone();
  const { idempotencyKey } = order;
  const { body } = order;
  // Apart from the keys of our own verbs: a client cannot name one of theirs.
  const dedupeKey = idempotencyKey === undefined ? randomUUID() : `api:${idempotencyKey}`;
  const row = await context.database.withTenant(tenant, async (db) => {
    const from = (await ownSender(db, tenant.orgId)) ?? context.from;
    const queued = await queueDirectText(
      db,
      { orgId: tenant.orgId, to, from, body, dedupeKey },
      context.textLimits,
    );
    if (queued.outcome === 'NOT_A_CONTACT') throw notAContact();
    if (queued.outcome === 'STOPPED' || queued.outcome === 'CANNOT_RECEIVE') throw noTexts(queued.outcome);
    if (queued.outcome === 'TOO_MANY_TEXTS') {
      const { created_at } = await findOrganization(db, tenant.orgId);
      const ageDays = (context.clock.now().getTime() - created_at.getTime()) / 86_400_000;
      const isNew = ageDays < context.textLimits.newDays;
      throw tooManyTexts(queued.retry_after_s, context.textLimits, isNew);
    }
    return readMessage(db, queued.message_id);
  });
  if (!row) throw new Error('The queued text couldn’t be read.');
  if (row.to_address !== to || row.body !== body) throw idempotencyKeyReused();
  return row;
}
