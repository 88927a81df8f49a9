import type { MessagingContext } from './context.ts';
import { type SendSmsOptions, type SendSmsResult, sendSmsWithGuard } from './send-sms-with-guard.ts';

export interface BatchMessage extends SendSmsOptions {
  to: string;
  body: string;
}

const CONCURRENCY = 5;

/** Sends many texts, a few at a time. @returns one result an item, in order; one that fails stops no other. */
export async function sendSmsBatch(
  context: MessagingContext,
  organizationId: string,
  messages: readonly BatchMessage[],
): Promise<SendSmsResult[]> {
  const results: SendSmsResult[] = [];
  const queue = messages.entries();
  const work = async () => {
    for (const [index, { to, body, ...options }] of queue) {
      results[index] = await sendSmsWithGuard(context, organizationId, to, body, options);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, messages.length) }, work));
  return results;
}
