import { type CallError, USER_MESSAGES } from '@voxanne/safe-call';
import { retryDelayMs } from '../deliveries/index.ts';
import { sqlState } from '../platform/database.ts';
import {
  CONFIGURATION_RETRY_MS,
  classifyRefusal,
  classifyTwilioError,
  codeOf,
  explainRefusal,
  isAccountCode,
  isSenderCode,
} from './classify-refusal.ts';
import { recordCarrierOptOut } from './consent.queries.ts';
import { type MessagingContext, TWILIO_SMS } from './context.ts';
import { type Delivery, failed, later, settledDelivery } from './delivery.ts';
import { fromTwilioStatus } from './message-status.ts';
import {
  applyProviderStatus,
  claimAttempt,
  type MessageRow,
  markFailed,
  markQueued,
  markUnknown,
  readMessage,
} from './messages.queries.ts';
import { reconcileMessage } from './reconcile-message.ts';
import type { TwilioMessage } from './twilio.client.ts';

const LOST_RACE_MS = 1_000;

/**
 * Sends a text to Twilio once, however often and from wherever this is called.
 *
 * Before each request the row says `sending`, committed; an answer that could mean "sent" makes it `unknown`, and
 * from there Twilio is asked before anything is sent again.
 * @param wanted - False: settle what may have been sent, and send nothing.
 */
export async function deliverMessage(
  context: MessagingContext,
  messageId: string,
  { wanted = true }: { wanted?: boolean } = {},
): Promise<Delivery> {
  const message = await read(context, messageId);
  if (!message) return failed('That message no longer exists.');
  const settled = settledDelivery(message);
  if (settled) return settled;
  if (message.status !== 'queued') {
    const answer = await reconcileMessage(context, message);
    const stillOpen = answer?.outcome === 'later' && message.age_ms > context.tuning.expireMs;
    if (answer && !stillOpen) return answer;
    if (stillOpen) return giveUp(context, message, 'UNRESOLVED', answer.reason);
  }
  if (!wanted) return giveUp(context, message, 'NOT_WANTED', 'The text is no longer needed.');
  if (message.age_ms > context.tuning.expireMs)
    return giveUp(context, message, 'EXPIRED', 'The text waited too long to still be useful.');
  return (
    (await waitForAdmission(context, message)) ??
    waitForBreaker(context, message) ??
    waitForSender(context, message) ??
    (await attempt(context, message))
  );
}

const read = (context: MessagingContext, id: string) =>
  context.database.withService((db) => readMessage(db, id));

async function giveUp(
  context: MessagingContext,
  message: MessageRow,
  code: string,
  reason: string,
): Promise<Delivery> {
  await context.database.withService((db) => markFailed(db, message, code));
  const { id: message_id, org_id } = message;
  context.log.warn({ org_id, message_id, error_code: code }, '[Messaging] Text not sent');
  return failed(reason);
}

const ADMISSION_LOOK_MS = 60_000;

/** A clinic that proved nothing texts no one in live mode: it would be the deployment's good name. */
async function waitForAdmission(
  context: MessagingContext,
  message: MessageRow,
): Promise<Delivery | undefined> {
  if (await context.mayText(message.org_id)) return undefined;
  return later(
    message.status,
    'Texts are waiting until an owner of the clinic has verified their email address, or the operator approves the clinic.',
    ADMISSION_LOOK_MS,
  );
}

/** Asked first, so that a text that cannot leave is not shown as being sent. */
function waitForBreaker({ safeCalls }: MessagingContext, message: MessageRow): Delivery | undefined {
  const now = Date.now();
  for (const status of [
    safeCalls.getCircuitBreakerStatus(TWILIO_SMS),
    safeCalls.getCircuitBreakerStatus(TWILIO_SMS, message.org_id),
  ]) {
    // Without a time it is held open by hand.
    const waitMs = (status.nextAttemptAt?.getTime() ?? now + CONFIGURATION_RETRY_MS) - now;
    if (status.state === 'open' && waitMs > 0)
      return {
        ...later(message.status, explainRefusal('temporary', 'CIRCUIT_OPEN'), waitMs),
        userMessage: USER_MESSAGES.CIRCUIT_OPEN,
      };
  }
  return undefined;
}

/** Twilio refuses our sender: another text finds out when that has ended. */
function waitForSender({ senderGate, random }: MessagingContext, message: MessageRow): Delivery | undefined {
  const waitMs = senderGate.waitMs(message.own_sender);
  if (waitMs === 0) return undefined;
  // Spread out, so that one of them is ready when the next may try.
  const delayMs = waitMs + Math.round(random() * CONFIGURATION_RETRY_MS * 0.5);
  const code = message.error_code ?? 'SENDER_REFUSED';
  const by = message.own_sender === null ? 'shared' : 'own';
  return later(message.status, explainRefusal('configuration', code, by), delayMs);
}

async function attempt(context: MessagingContext, message: MessageRow): Promise<Delivery> {
  const { database, safeCalls, tuning, twilio } = context;
  const current = { id: message.id, attempts: message.attempts, sender: message.own_sender, claimedAt: 0 };
  const claim = async (): Promise<boolean> => {
    const claimedAt = Date.now();
    const claimed = await database.withService((db) => claimAttempt(db, current, context.from));
    if (claimed === undefined || claimed.why_not !== null) return false;
    Object.assign(current, { ...claimed, claimedAt });
    return true;
  };
  // A process that was stopped for a while (a paused machine) must not send on an old claim: others count
  // `settleMs` from it, and the request itself takes up to `timeoutMs` of that.
  const isOld = () => Date.now() - current.claimedAt > (tuning.settleMs - tuning.timeoutMs) / 2;
  await twilio.prepare();
  if (!(await claim())) return lostRace(context, message);

  const result = await safeCalls.safeCall(
    TWILIO_SMS,
    async (call) => {
      if (call.attempt > 1 || isOld()) {
        const isMine = await claim().catch(abortWithoutBlame);
        // After a timeout no one waits for this anymore; what it sent now would be a surprise.
        if (!isMine || call.signal.aborted) throw abortWithoutBlame(undefined);
      }
      const statusCallback = context.statusCallback(message.id);
      const from = current.sender ?? undefined;
      return twilio.createMessage({ to: message.to_address, body: message.body, statusCallback, from });
    },
    {
      key: message.org_id,
      idempotent: false,
      classify: classifyTwilioError,
      timeoutMs: tuning.timeoutMs,
      deadlineMs: tuning.deadlineMs,
    },
  );
  const sent = { ...message, attempts: current.attempts, own_sender: current.sender };
  if (result.success) {
    context.senderGate.accepted(current.sender);
    return accept(context, sent, result.data);
  }
  if (result.ambiguous) return markUncertain(context, sent, codeOf(result.error));
  return refuse(context, sent, result.error, result.userMessage);
}

/** CANCELLED: neither retried nor held against Twilio. */
function abortWithoutBlame(cause: unknown): never {
  throw Object.assign(new Error('the text couldn’t be claimed for another attempt', { cause }), {
    kind: 'CANCELLED',
    ambiguous: false,
  });
}

async function lostRace(context: MessagingContext, message: MessageRow): Promise<Delivery> {
  const current = await read(context, message.id);
  const settled = current && settledDelivery(current);
  return settled ?? later(current?.status ?? 'sending', 'Another process is sending the text.', LOST_RACE_MS);
}

async function accept(
  context: MessagingContext,
  message: MessageRow,
  { sid, status: word, errorCode, from }: TwilioMessage,
): Promise<Delivery> {
  const { id: message_id, org_id } = message;
  const status = fromTwilioStatus(word);
  try {
    const applied = await context.database.withService((db) =>
      applyProviderStatus(db, { messageId: message.id, sid, status, errorCode, from }),
    );
    if (!applied) context.log.error({ org_id, message_id }, '[Messaging] A text was taken twice by Twilio');
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    // Another row with the same words to the same number holds this SID: that one is sent, this one is not.
    return markUncertain(context, message, 'SID_TAKEN');
  }
  context.log.info({ org_id, message_id }, '[TwilioGuard] SMS sent successfully');
  return settledDelivery({ ...message, status, error_code: errorCode }) ?? { outcome: 'accepted', status };
}

async function markUncertain(
  context: MessagingContext,
  message: MessageRow,
  code: string,
): Promise<Delivery> {
  const { id: message_id, org_id } = message;
  await context.database.withService((db) => markUnknown(db, message, true));
  context.log.warn({ org_id, message_id, error_code: code }, '[TwilioGuard] Answer lost, asking Twilio');
  // A callback may have brought the answer in the meantime.
  const current = await read(context, message.id);
  return (
    (current && settledDelivery(current)) ??
    later(
      'unknown',
      `Twilio may have accepted the text, but its answer was lost (${code}). Voxanne will check with Twilio before sending it again.`,
      context.tuning.firstLookMs,
    )
  );
}

async function refuse(
  context: MessagingContext,
  message: MessageRow,
  error: CallError,
  userMessage: string,
): Promise<Delivery> {
  const refusal = classifyRefusal(error);
  const code = codeOf(error);
  const { own_sender: sender } = message;
  const reason = explainRefusal(refusal, code, sender === null ? 'shared' : 'own');
  if (isAccountCode(code)) context.senderGate.refused(sender, 'account');
  else if (isSenderCode(code)) context.senderGate.refused(sender, 'sender');
  const isFinal = refusal === 'recipient' || refusal === 'opted_out';
  await context.database.withService(async (db) => {
    await (isFinal ? markFailed(db, message, code) : markQueued(db, message, code));
    if (refusal === 'opted_out') await recordCarrierOptOut(db, message.id, context.sharedNumbers);
  });
  const { id: message_id, org_id } = message;
  const level = refusal === 'configuration' ? 'error' : 'warn';
  context.log[level](
    { org_id, message_id, kind: error.kind, error_code: code, reason },
    '[TwilioGuard] SMS not sent',
  );
  if (isFinal) return failed(reason, userMessage);
  const backoffMs =
    refusal === 'configuration' ? CONFIGURATION_RETRY_MS : retryDelayMs(message.attempts, context.random);
  const delayMs = Math.max(backoffMs, error.retryAfterMs ?? 0);
  return { outcome: 'later', status: 'queued', reason, userMessage, delayMs };
}
