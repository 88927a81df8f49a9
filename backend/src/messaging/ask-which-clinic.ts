import { RetryLater, retryDelayMs } from '../deliveries/index.ts';
import {
  CONFIGURATION_RETRY_MS,
  classifyRefusal,
  classifyTwilioError,
  codeOf,
  explainRefusal,
  isAccountCode,
  isSenderCode,
} from './classify-refusal.ts';
import { type MessagingContext, TWILIO_SMS } from './context.ts';
import { claimQuestion, markQuestion, type QuestionToSend, readQuestion } from './inbound.queries.ts';
import { CLOCK_SLACK_MS, leftFrom, saysTheSame } from './reconcile-message.ts';

/**
 * Sends the question which clinic a patient means, once: `sending` is committed before the request, and after an
 * lost answer Twilio is asked what it has.
 * @throws {RetryLater} as long as it is not known to have left.
 */
export async function askWhichClinic(context: MessagingContext, questionId: string): Promise<void> {
  const { database, tuning, twilio } = context;
  const question = await database.withService((db) => readQuestion(db, questionId));
  if (!question || (question.status !== 'queued' && question.status !== 'sending')) return;
  if (question.chosen_org_id !== null) return;
  const address = (number: string) => (question.channel === 'whatsapp' ? `whatsapp:${number}` : number);
  if (question.status === 'sending' && (await hasLeft(context, question, address))) return;
  if (question.age_ms > tuning.expireMs) {
    await database.withService((db) => markQuestion(db, question, 'failed'));
    return;
  }
  const sender = context.sharedNumbers.includes(question.receiver) ? null : question.receiver;
  const gatedMs = context.senderGate.waitMs(sender);
  if (gatedMs > 0)
    throw later(
      explainRefusal('configuration', 'SENDER_REFUSED'),
      gatedMs + context.random() * CONFIGURATION_RETRY_MS * 0.5,
    );
  await twilio.prepare();
  if (!(await database.withService((db) => claimQuestion(db, question))))
    throw later('Another process is sending the question.', tuning.firstLookMs);
  const claimed = { id: question.id, attempts: question.attempts + 1 };
  const mark = (status: 'queued' | 'sent' | 'failed', more: { sid?: string; code?: string }) =>
    database.withService((db) => markQuestion(db, claimed, status, more));
  const sent = await context.safeCalls.safeCall(
    TWILIO_SMS,
    () =>
      twilio.createMessage({
        to: address(question.patient),
        body: question.body,
        from: address(question.receiver),
      }),
    {
      idempotent: false,
      retries: 0,
      classify: classifyTwilioError,
      timeoutMs: tuning.timeoutMs,
      deadlineMs: tuning.deadlineMs,
    },
  );
  if (sent.success) {
    context.senderGate.accepted(sender);
    return mark('sent', { sid: sent.data.sid });
  }
  const code = codeOf(sent.error);
  if (sent.ambiguous)
    throw later(
      `Twilio may have accepted the question, but its answer was lost (${code}).`,
      tuning.firstLookMs,
    );
  const refusal = classifyRefusal(sent.error);
  const isFinal = refusal === 'recipient' || refusal === 'opted_out';
  if (isAccountCode(code)) context.senderGate.refused(sender, 'account');
  else if (isSenderCode(code)) context.senderGate.refused(sender, 'sender');
  await mark(isFinal ? 'failed' : 'queued', { code });
  const reason = explainRefusal(refusal, code);
  context.log.warn(
    { error_code: code, reason },
    '[Messaging] A patient could not be asked which clinic they mean',
  );
  if (isFinal) return;
  const backoffMs =
    refusal === 'configuration' ? CONFIGURATION_RETRY_MS : retryDelayMs(claimed.attempts, context.random);
  throw later(reason, Math.max(backoffMs, sent.error.retryAfterMs ?? 0));
}

/** An attempt whose outcome is unknown: asks Twilio. */
async function hasLeft(
  context: MessagingContext,
  question: QuestionToSend,
  address: (number: string) => string,
): Promise<boolean> {
  const { database, safeCalls, tuning, twilio } = context;
  const to = address(question.patient);
  const since = new Date((question.attempted_at ?? new Date(0)).getTime() - CLOCK_SLACK_MS);
  const asked = await safeCalls.safeCall(TWILIO_SMS, () => twilio.findMessages({ to, since }), {
    retries: 1,
    timeoutMs: tuning.timeoutMs,
    deadlineMs: tuning.deadlineMs,
  });
  if (!asked.success) {
    if (question.age_ms > tuning.expireMs) {
      await database.withService((db) => markQuestion(db, question, 'sent'));
      return true;
    }
    throw later(
      'We don’t know whether the question was sent, and Twilio can’t be asked right now.',
      tuning.firstLookMs,
    );
  }
  const found = asked.data.find(
    (candidate) => leftFrom(candidate, address(question.receiver)) && saysTheSame(candidate, question),
  );
  if (found) {
    await database.withService((db) => markQuestion(db, question, 'sent', { sid: found.sid }));
    return true;
  }
  const waitMs = tuning.settleMs - (question.idle_ms ?? Number.POSITIVE_INFINITY);
  if (waitMs > 0)
    throw later('Twilio hasn’t seen the question yet; checking once more before sending it again.', waitMs);
  return false;
}

const later = (reason: string, delayMs: number) =>
  new RetryLater(reason, { delayMs: Math.max(0, Math.round(delayMs)), countAttempt: false });
