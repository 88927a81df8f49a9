import { type MessageStatus, textReason } from '@voxanne/contract';
import { isOpen, isRefused } from './message-status.ts';
import type { MessageRow } from './messages.queries.ts';

/** How an attempt to deliver a text ended. */
export type Delivery = Accepted | Failed | Later;

interface Accepted {
  outcome: 'accepted';
  status: MessageStatus;
}

interface Failed {
  outcome: 'failed';
  status: MessageStatus;
  reason: string;
  userMessage: string;
}

/** Kept, and worth another attempt. */
interface Later {
  outcome: 'later';
  status: MessageStatus;
  reason: string;
  userMessage: string;
  delayMs: number;
}

export const COULD_NOT =
  "I'm sorry, I wasn't able to send that text. Someone from our team will follow up with you.";
const WILL_COME = 'Your text is on its way. It may take a moment to arrive.';

export const later = (status: MessageStatus, reason: string, delayMs: number): Later => ({
  outcome: 'later',
  status,
  reason,
  userMessage: WILL_COME,
  delayMs: Math.max(0, Math.round(delayMs)),
});

export const failed = (reason: string, userMessage = COULD_NOT): Failed => ({
  outcome: 'failed',
  status: 'failed',
  reason,
  userMessage,
});

/** What is known of a text without doing anything; undefined while Twilio is not known to have it. */
export function settledDelivery(message: MessageRow): Delivery | undefined {
  const { status } = message;
  if (isOpen(status)) return undefined;
  if (!isRefused(status)) return { outcome: 'accepted', status };
  return { ...failed(textReason(status, message.error_code) ?? 'The text didn’t arrive.'), status };
}
