import { type Icon, IconCode, IconLink, IconListCheck, IconPhone, IconUser } from '@tabler/icons-react';
import type { Appointment } from '@voxanne/contract';
import type { Word } from '../../lib/ui/status-tag.tsx';
import { noTextsWord, textWord } from '../messaging/text-word.ts';

const sync: Record<Appointment['sync_state'], Word> = {
  not_linked: { word: 'No calendar linked', tone: 'idle' },
  pending: { word: 'Adding to calendar', tone: 'info', busy: true },
  synced: { word: 'In calendar', tone: 'ok' },
  error: { word: 'Not added to calendar', tone: 'bad' },
};
/** @param linkIsDead - Nothing can be written before a person links the calendar again. */
export const syncView = (state: Appointment['sync_state'], linkIsDead = false): Word =>
  state === 'pending' && linkIsDead ? { word: 'Not in Google Calendar yet', tone: 'warn' } : sync[state];

const sources: Record<string, { word: string; icon: Icon }> = {
  voice: { word: 'AI call', icon: IconPhone },
  dashboard: { word: 'Staff', icon: IconUser },
  api: { word: 'API', icon: IconCode },
  patient: { word: 'Patient online', icon: IconLink },
  system: { word: 'Waitlist', icon: IconListCheck },
};
export const sourceView = (source: string) => sources[source] ?? { word: source, icon: IconCode };

/** The newest text about an appointment, whatever its kind. */
export function textView({ texts, contact }: Pick<Appointment, 'texts' | 'contact'>): Word {
  const [newest] = texts;
  if (newest === undefined) {
    return contact.no_texts === null
      ? { word: 'Not texted', tone: 'idle' }
      : { word: noTextsWord(contact.no_texts), tone: 'warn' };
  }
  return textWord(newest);
}

/** The first one that has not begun yet. */
export const nextUp = (appointments: Appointment[], now: number): Appointment | undefined =>
  appointments.find((item) => item.status !== 'cancelled' && Date.parse(item.scheduled_at) > now);
