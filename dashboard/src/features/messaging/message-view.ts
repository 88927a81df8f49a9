import type { Message, MessageDetail, MessageStatus } from '@voxanne/contract';
import type { ToneName } from '../../lib/theme/colors.ts';

const words: Record<MessageStatus, { word: string; tone: ToneName; busy?: boolean }> = {
  queued: { word: 'Queued', tone: 'info' },
  sending: { word: 'Sending', tone: 'info', busy: true },
  unknown: { word: 'Checking', tone: 'warn' },
  accepted: { word: 'Accepted', tone: 'info' },
  sent: { word: 'Sent', tone: 'info' },
  delivered: { word: 'Delivered', tone: 'ok' },
  undelivered: { word: 'Not delivered', tone: 'bad' },
  failed: { word: 'Failed', tone: 'bad' },
  received: { word: 'Received', tone: 'ok' },
};

export const statusView = (status: MessageStatus) => words[status];

/** The same status can be reported twice and late; what was reached stays reached. */
export const milestones = ['queued', 'sent', 'delivered'] as const;
const rank: Partial<Record<MessageStatus, number>> = {
  queued: 0,
  sending: 0,
  accepted: 0,
  sent: 1,
  delivered: 2,
};

export interface Milestone {
  status: (typeof milestones)[number];
  word: string;
  at: string | null;
  reached: boolean;
}

export function milestoneView(message: MessageDetail): Milestone[] {
  const furthest = Math.max(
    rank[message.status] ?? 0,
    ...message.timeline.map((entry) => rank[entry.status] ?? 0),
  );
  return milestones.map((status, index) => ({
    status,
    word: words[status].word,
    reached: index <= furthest,
    at:
      message.timeline.find((entry) => entry.status === status)?.at ??
      (index === 0 ? message.created_at : null),
  }));
}

/** A confirmation per appointment: the newest text that belongs to it. */
export function newestByAppointment(messages: Message[]): Map<string, Message> {
  const newest = new Map<string, Message>();
  for (const message of messages) {
    if (message.appointment_id === null) continue;
    const known = newest.get(message.appointment_id);
    if (known === undefined || Date.parse(known.created_at) < Date.parse(message.created_at)) {
      newest.set(message.appointment_id, message);
    }
  }
  return newest;
}

export const newestBooking = (messages: Message[]): Message | undefined =>
  messages
    .filter((message) => message.appointment_id !== null)
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))[0];

const open: readonly MessageStatus[] = ['queued', 'sending', 'accepted', 'sent'];

/** Some carriers never report a delivery: after a minute nobody waits for it any more. */
const WAIT_MS = 60_000;

/** Whether the newest text of a booking is still between here and the phone. */
export function onItsWay(messages: Message[], now: number): boolean {
  const newest = newestBooking(messages);
  return (
    newest !== undefined && open.includes(newest.status) && now - Date.parse(newest.created_at) < WAIT_MS
  );
}

const kinds: Record<string, string> = {
  confirmation: 'Confirmation',
  system_ready: 'System ready',
  reminder: 'Reminder',
  manual: 'Written by staff',
};

export const kindWords = (kind: string) => kinds[kind] ?? kind.replaceAll('_', ' ');

/** Digits are compared, so that "(415) 555" finds +1415555... */
export function matchesNumber(message: Message, typed: string): boolean {
  const digits = typed.replace(/\D/g, '');
  return digits === '' || message.to.replace(/\D/g, '').includes(digits);
}
