import { type Icon, IconCode, IconLink, IconListCheck, IconPhone, IconUser } from '@tabler/icons-react';
import type { Appointment, NoTexts, TextState } from '@voxanne/contract';
import type { ToneName } from '../../lib/theme/colors.ts';
import { statusView } from '../messaging/message-view.ts';

export interface Word {
  word: string;
  tone: ToneName;
  busy?: boolean;
}

const sync: Record<Appointment['sync_state'], Word> = {
  not_linked: { word: 'No calendar linked', tone: 'idle' },
  pending: { word: 'Writing to calendar', tone: 'info', busy: true },
  synced: { word: 'In calendar', tone: 'ok' },
  error: { word: 'Calendar failed', tone: 'bad' },
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

export function textWord({ status, informed_at }: TextState): Word {
  if (status === 'waiting') return { word: 'Texting soon', tone: 'info' };
  if (informed_at !== null) return { word: 'Informed by phone', tone: 'ok' };
  if (status === 'unknown') return { word: statusView(status).word, tone: 'warn' };
  const { word, tone } = statusView(status);
  return { word: `Text ${word.toLowerCase()}`, tone };
}

const noTexts: Record<NoTexts['code'], string> = {
  NO_PHONE: 'No texts: no phone number',
  STOPPED: 'No texts: the patient sent STOP',
  CANNOT_RECEIVE: 'No texts: this number can’t receive them',
};
export const noTextsWord = ({ code }: NoTexts): string => noTexts[code];

const statuses: Partial<Record<Appointment['status'], Word>> = {
  pending: { word: 'Pending', tone: 'warn' },
  held: { word: 'Held', tone: 'warn' },
  arrived: { word: 'Checked in', tone: 'ok' },
  completed: { word: 'Done', tone: 'idle' },
  cancelled: { word: 'Canceled', tone: 'bad' },
  no_show: { word: 'No-show', tone: 'bad' },
};

/** Confirmed is what is expected and needs no word of its own. */
export const appointmentWord = (status: Appointment['status']): Word | null => statuses[status] ?? null;

/** The first one that has not begun yet. */
export const nextUp = (appointments: Appointment[], now: number): Appointment | undefined =>
  appointments.find((item) => item.status !== 'cancelled' && Date.parse(item.scheduled_at) > now);
