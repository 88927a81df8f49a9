import type { MessageStatus } from '@voxanne/contract';

// Callbacks are unordered and may repeat, so a status only ever replaces one of a lower rank.
const RANK: Record<MessageStatus, number> = {
  queued: 0,
  sending: 1,
  unknown: 1,
  accepted: 2,
  sent: 3,
  delivered: 4,
  undelivered: 4,
  failed: 4,
  received: 4,
};

const FROM_TWILIO: Record<string, MessageStatus> = {
  accepted: 'accepted',
  scheduled: 'accepted',
  queued: 'accepted',
  sending: 'accepted',
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  partially_delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'failed',
  canceled: 'failed',
  receiving: 'received',
  received: 'received',
};

/** Our word for Twilio's. Twilio's `queued` is our `accepted`: it has the message. So has it with a word we do not know. */
export const fromTwilioStatus = (status: string): MessageStatus => FROM_TWILIO[status] ?? 'accepted';

/** The statuses that `next` may replace. */
export const statusesBefore = (next: MessageStatus): MessageStatus[] =>
  (Object.keys(RANK) as MessageStatus[]).filter((status) => RANK[status] < RANK[next]);

/** It won't arrive. */
export const isRefused = (status: MessageStatus): boolean => status === 'failed' || status === 'undelivered';

/** As far as we know, the provider doesn't have it. */
export const isOpen = (status: MessageStatus): boolean => RANK[status] < RANK.accepted;
