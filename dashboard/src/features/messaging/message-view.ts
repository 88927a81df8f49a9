import type { Message, MessageDetail, MessageStatus } from '@voxanne/contract';
import { capitalized, formatPhone } from '../../lib/format/format.ts';
import type { ToneName } from '../../lib/theme/colors.ts';

const words: Record<MessageStatus, { word: string; tone: ToneName; busy?: boolean }> = {
  queued: { word: 'Queued', tone: 'info' },
  sending: { word: 'Sending', tone: 'info', busy: true },
  unknown: { word: 'Delivery not confirmed yet', tone: 'warn' },
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

export const newestBooking = (messages: Message[]): Message | undefined =>
  messages
    .filter((message) => message.appointment_id !== null)
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))[0];

const open: readonly MessageStatus[] = ['queued', 'sending', 'accepted', 'sent'];

/** Some carriers never report a delivery: after a minute there is no point in waiting. */
const WAIT_MS = 60_000;

/** Whether the newest text of a booking is still between here and the phone. */
export function onItsWay(messages: Message[], now: number): boolean {
  const newest = newestBooking(messages);
  return (
    newest !== undefined && open.includes(newest.status) && now - Date.parse(newest.created_at) < WAIT_MS
  );
}

const kinds: Record<string, string> = {
  inbound: 'From the patient',
  confirmation: 'Confirmation',
  cancellation: 'Cancellation',
  waitlist_offer: 'Waitlist offer',
  direct: 'Written by staff',
  system_ready: 'System ready',
  reminder: 'Reminder',
  manual: 'Written by staff',
};

export const kindWords = (kind: string) => kinds[kind] ?? capitalized(kind.replaceAll('_', ' '));

/** The state of a text, and what was done about one that did not arrive. */
export const stateOf = ({
  status,
  informed_at,
  replaced_by,
}: Pick<Message, 'status' | 'informed_at' | 'replaced_by'>): {
  word: string;
  tone: ToneName;
  busy?: boolean;
} => {
  if (replaced_by !== null) return { word: 'Sent again', tone: 'idle' };
  return informed_at === null ? words[status] : { word: 'Reached by phone', tone: 'ok' };
};

/** Who a text is to or from: a name where the clinic knows one, else the number. */
export const headline = ({ patient }: Message): string =>
  patient.contacts.length === 0
    ? formatPhone(patient.phone)
    : patient.contacts.map(({ name }) => name).join(', ');

export const isRefused = (status: string): boolean => status === 'failed' || status === 'undelivered';
