import type { Appointment } from '@voxanne/contract';
import type { Word } from './status-tag.tsx';

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

export const statusWord = (status: Appointment['status']): string =>
  appointmentWord(status)?.word ?? 'Confirmed';
