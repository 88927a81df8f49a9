import { z } from 'zod';
import { type Effects, GiveUp, type Job } from '../deliveries/index.ts';
import { isOptOutCode } from './classify-refusal.ts';
import { recordCarrierOptOut } from './consent.queries.ts';
import type { MessagingContext } from './context.ts';
import { fromTwilioStatus } from './message-status.ts';
import { applyProviderStatus } from './messages.queries.ts';

/** What the webhook stores of a status callback: no patient's number, no text. */
export const StatusPayload = z.object({
  message_id: z.guid(),
  sid: z.string(),
  status: z.string(),
  error_code: z.string().nullable(),
  from: z.string().nullable(),
});

/** A status callback, after its answer: applied forwards only, together with the end of the job. */
export async function applyStatus(context: MessagingContext, job: Job): Promise<Effects> {
  const parsed = StatusPayload.safeParse(job.payload);
  if (!parsed.success) throw new GiveUp('The status callback can’t be read.');
  const { message_id, sid, status, error_code, from } = parsed.data;
  return async (db) => {
    const word = {
      messageId: message_id,
      sid,
      status: fromTwilioStatus(status),
      errorCode: error_code,
      from,
    };
    if (!(await applyProviderStatus(db, word)))
      context.log.error({ org_id: job.org_id, message_id }, '[Messaging] A text was taken twice by Twilio');
    if (isOptOutCode(error_code)) await recordCarrierOptOut(db, message_id, context.sharedNumbers);
  };
}
