import { classifyTwilioError } from './classify-refusal.ts';
import { type MessagingContext, TWILIO_SMS } from './context.ts';
import { fromTwilioStatus } from './message-status.ts';
import { applyProviderStatus } from './messages.queries.ts';
import { findSilent } from './reconcile.queries.ts';

const QUIET_MS = 10 * 60_000;
const GIVE_UP_MS = 48 * 60 * 60_000;
const LIMIT = 50;

/**
 * Callbacks are best effort: asks Twilio what happened to texts that have been quiet for long. Runs on a schedule.
 * @returns how many it learned about.
 */
export async function refreshStatuses(
  context: MessagingContext,
  { olderThanMs = QUIET_MS, limit = LIMIT }: { olderThanMs?: number; limit?: number } = {},
): Promise<number> {
  const { database, safeCalls, tuning, twilio } = context;
  const silent = await database.withService((db) =>
    findSilent(db, { olderThanMs, youngerThanMs: GIVE_UP_MS, limit }),
  );
  let learned = 0;
  for (const { id: messageId, org_id: key, provider_id } of silent) {
    const asked = await safeCalls.safeCall(TWILIO_SMS, () => twilio.fetchMessage(provider_id), {
      key,
      retries: 0,
      classify: classifyTwilioError,
      timeoutMs: tuning.timeoutMs,
    });
    if (!asked.success) continue;
    const { sid, errorCode, from, status: word } = asked.data;
    const status = fromTwilioStatus(word);
    await database.withService((db) => applyProviderStatus(db, { messageId, sid, status, errorCode, from }));
    learned += 1;
  }
  return learned;
}
