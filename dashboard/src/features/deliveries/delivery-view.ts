import {
  type Delivery,
  DeliveryProvider,
  type DeliveryStatus,
  type Outgoing,
  type TableEffect,
} from '@voxanne/contract';
import { plural } from '../../lib/format/format.ts';
import type { ToneName } from '../../lib/theme/colors.ts';

const words: Record<DeliveryStatus, { word: string; tone: ToneName; busy?: boolean }> = {
  pending: { word: 'Waiting', tone: 'info' },
  processing: { word: 'Processing', tone: 'info', busy: true },
  completed: { word: 'Done', tone: 'ok' },
  failed: { word: 'Will retry', tone: 'warn' },
  dead_letter: { word: 'Failed', tone: 'bad' },
};

export const statusView = (status: DeliveryStatus) => words[status];

export const statusOptions = Object.entries(words).map(([value, { word }]) => ({ value, label: word }));

const names: Record<DeliveryProvider, string> = { vapi: 'Vapi', twilio: 'Twilio', google: 'Google' };

export const providerOptions = Object.entries(names).map(([value, label]) => ({ value, label }));

/** "Twilio status", "Vapi end of call report". */
export const whatCame = ({ provider, event_type }: Pick<Delivery, 'provider' | 'event_type'>) =>
  `${names[provider]} ${event_type.replaceAll(/[-_.]/g, ' ')}`;

const outcomes: Record<string, { word: string; tone: ToneName }> = {
  completed: { word: 'Done', tone: 'ok' },
  retry: { word: 'Will retry', tone: 'warn' },
  dead_letter: { word: 'Failed', tone: 'bad' },
  released: { word: 'Reassigned', tone: 'idle' },
};

export const outcomeView = (outcome: string) => outcomes[outcome] ?? { word: outcome, tone: 'idle' as const };

/** "calls: 1 added, 2 changed". */
export function effectWords({ table, inserted, updated, deleted }: TableEffect): string {
  const parts = [
    ...(inserted > 0 ? [`${inserted} added`] : []),
    ...(updated > 0 ? [`${updated} changed`] : []),
    ...(deleted > 0 ? [`${deleted} removed`] : []),
  ];
  return `${table.replaceAll('_', ' ')}: ${parts.join(', ')}`;
}

/** What the row says next to its status. */
export function remarks({ attempts, duplicates, replays }: Delivery): string {
  return [
    plural(attempts, 'attempt'),
    ...(duplicates > 0 ? [plural(duplicates, 'duplicate ignored', 'duplicates ignored')] : []),
    ...(replays > 0 ? [plural(replays, 'replay')] : []),
  ].join(', ');
}

const leaving: Record<string, string> = {
  'calendar.push': 'Calendar entry',
  'message.confirmation': 'Confirmation text',
  'message.cancellation': 'Cancellation text',
  'message.waitlist_offer': 'Waitlist offer text',
  'message.system_ready': 'System ready text',
  'message.send': 'Text',
  'waitlist.slot_freed': 'Offer of an open time',
  'assistant.provision': 'Receptionist setup',
};

/** "Calendar entry"; a kind that is not known here by its own name. */
export const whatLeaves = ({ topic }: Pick<Outgoing, 'topic'>) =>
  leaving[topic] ?? topic.replaceAll(/[._]/g, ' ');

/** What a topic of either list is called there: "Calendar entry", "Twilio status". */
export function whatFailed(topic: string): string {
  const provider = DeliveryProvider.safeParse(topic.split('.', 1)[0]);
  return provider.success
    ? whatCame({ provider: provider.data, event_type: topic.slice(provider.data.length + 1) })
    : whatLeaves({ topic });
}
