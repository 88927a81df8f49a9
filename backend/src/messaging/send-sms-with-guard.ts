import { randomUUID } from 'node:crypto';
import { toE164 } from '../platform/phone.ts';
import { findClinic } from '../tenancy/index.ts';
import type { MessagingContext } from './context.ts';
import { deliverMessage } from './deliver-message.ts';
import { COULD_NOT, type Delivery } from './delivery.ts';
import { enqueueSend, keepMessage } from './messages.queries.ts';

export interface SendSmsOptions {
  /** With `dedupeKey`, which text it is. Default `direct`. */
  kind?: string;
  /** The same key sends nothing again and answers with the first text. Default: a new text. */
  dedupeKey?: string;
  appointmentId?: string;
}

export interface SendSmsResult {
  /** Twilio has it. */
  success: boolean;
  /** Set once the text is kept: unless it failed for good it still goes out, also without the caller. */
  messageId?: string;
  error?: string;
  /** A sentence that may be spoken to the person on the phone. */
  userMessage?: string;
}

// Longer than the deadline of the attempt made here, so that the worker meets it finished.
const SAFETY_NET_MS = 30_000;

/**
 * Sends a text now, behind the organization's circuit breaker, and keeps it: what cannot leave now is sent by a
 * worker, and what may have left is never sent blindly again.
 */
export async function sendSmsWithGuard(
  context: MessagingContext,
  organizationId: string,
  to: string,
  text: string,
  options: SendSmsOptions = {},
): Promise<SendSmsResult> {
  const { database } = context;
  // Half of an emoji that was cut would be kept as U+FFFD, and be another text when it is compared.
  const body = text.toWellFormed();
  const { kind = 'direct', dedupeKey = randomUUID(), appointmentId } = options;
  const { country } = await database.withService((db) => findClinic(db, organizationId));
  const address = toE164(to, country);
  if (address === null) {
    return { success: false, error: 'INVALID_PHONE: that isn’t a phone number.', userMessage: COULD_NOT };
  }
  const { row, isNew } = await database.withService(async (db) => {
    const kept = await keepMessage(db, {
      orgId: organizationId,
      to: address,
      from: context.from,
      body,
      kind,
      dedupeKey,
      appointmentId,
    });
    if (kept.isNew) await enqueueSend(db, kept.row, SAFETY_NET_MS);
    return kept;
  });
  if (!isNew && (row.to_address !== address || row.body !== body)) {
    const error = 'IDEMPOTENCY_KEY_REUSED: this key belongs to another text.';
    return { success: false, error, userMessage: COULD_NOT };
  }
  return present(row.id, await deliverMessage(context, row.id));
}

function present(messageId: string, delivery: Delivery): SendSmsResult {
  if (delivery.outcome === 'accepted') return { success: true, messageId };
  return { success: false, messageId, error: delivery.reason, userMessage: delivery.userMessage };
}
