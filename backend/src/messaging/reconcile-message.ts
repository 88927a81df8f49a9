import { sqlState } from '../platform/database.ts';
import { codeOf, explainRefusal } from './classify-refusal.ts';
import { type MessagingContext, TWILIO_SMS } from './context.ts';
import { type Delivery, later, settledDelivery } from './delivery.ts';
import { toPlainSms } from './gsm7.ts';
import { fromTwilioStatus } from './message-status.ts';
import { applyProviderStatus, type MessageRow, markUnknown, readMessage } from './messages.queries.ts';
import { hasTwinUnderWay, takenSids } from './reconcile.queries.ts';
import type { TwilioMessage } from './twilio.client.ts';

// Twilio's clock and ours, and its timestamps in whole seconds.
export const CLOCK_SLACK_MS = 60_000;
const TWIN_WAIT_MS = 1_000;
const TRIAL_PREFIX = /^Sent from your Twilio trial account\s*-\s*/;

/**
 * A text that may have been sent: asks Twilio instead of guessing.
 * @returns its state, or undefined when it was surely not sent and may be sent (again).
 */
export async function reconcileMessage(
  context: MessagingContext,
  message: MessageRow,
): Promise<Delivery | undefined> {
  const { database, log, safeCalls, tuning } = context;
  // Its process died with the answer. From here on the row says so, also to a twin that waits for it.
  if (message.status === 'sending') await database.withService((db) => markUnknown(db, message, false));

  const since = new Date((message.attempted_at ?? new Date(0)).getTime() - CLOCK_SLACK_MS);
  const asked = await safeCalls.safeCall(
    TWILIO_SMS,
    () => context.twilio.findMessages({ to: message.to_address, since }),
    { key: message.org_id, retries: 1, timeoutMs: tuning.timeoutMs, deadlineMs: tuning.deadlineMs },
  );
  if (!asked.success) {
    const reason = `We don’t know whether Twilio accepted the text, and Twilio can’t be asked right now. ${explainRefusal('temporary', codeOf(asked.error))}`;
    return later('unknown', reason, Math.max(asked.error.retryAfterMs ?? 0, tuning.firstLookMs));
  }

  const found = asked.data.filter(
    (candidate) => leftFrom(candidate, message.from_address) && saysTheSame(candidate, message),
  );
  if (found.length > 0) {
    const adopted = await adopt(context, message, found);
    if (adopted) return adopted;
  }
  const current = await database.withService((db) => readMessage(db, message.id));
  if (!current) return undefined;
  const settled = settledDelivery(current);
  if (settled) return settled;
  const waitMs = tuning.settleMs - (current.idle_ms ?? Number.POSITIVE_INFINITY);
  if (waitMs > 0)
    return later(
      'unknown',
      'Twilio hasn’t seen the text yet; checking once more before sending it again.',
      waitMs,
    );
  log.warn({ org_id: message.org_id, message_id: message.id }, '[Messaging] Twilio never took the text');
  return undefined;
}

async function adopt(
  context: MessagingContext,
  message: MessageRow,
  found: TwilioMessage[],
): Promise<Delivery | undefined> {
  const { database, log, tuning } = context;
  try {
    return await database.withService(async (db) => {
      const taken = await takenSids(
        db,
        found.map(({ sid }) => sid),
      );
      const free = found.findLast(({ sid }) => !taken.has(sid));
      if (!free) return undefined;
      if (await hasTwinUnderWay(db, message, tuning.settleMs))
        return later(
          'unknown',
          'The same text is already being sent again; waiting for the answer.',
          TWIN_WAIT_MS,
        );
      const status = fromTwilioStatus(free.status);
      const { sid, errorCode, from } = free;
      if (!(await applyProviderStatus(db, { messageId: message.id, sid, status, errorCode, from })))
        return undefined;
      log.info({ org_id: message.org_id, message_id: message.id }, '[Messaging] Lost answer found at Twilio');
      return (
        settledDelivery({ ...message, status, error_code: errorCode }) ?? { outcome: 'accepted', status }
      );
    });
  } catch (error) {
    // Unique SID: another row took it in this very moment.
    if (sqlState(error) !== '23505') throw error;
    return later('unknown', 'The text found at Twilio is a different one; checking again.', TWIN_WAIT_MS);
  }
}

/** Another clinic's same words, from another sender, are not our text. */
export function leftFrom(
  candidate: Pick<TwilioMessage, 'from' | 'byService'>,
  sender: string | null,
): boolean {
  return sender === null ? candidate.byService || candidate.from === null : candidate.from === sender;
}

/** A trial account adds a sentence in front, and a Messaging Service may simplify the typography. */
export function saysTheSame(
  candidate: Pick<TwilioMessage, 'body'>,
  message: Pick<MessageRow, 'body'>,
): boolean {
  return toPlainSms(candidate.body.replace(TRIAL_PREFIX, '')) === toPlainSms(message.body);
}
