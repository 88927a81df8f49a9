import type { WaitlistEntry, WaitlistRequest } from '@voxanne/contract';
import { formatDayShort, formatMoment, formatTime, spellClock } from '../../lib/format/format.ts';
import type { Word } from '../../lib/ui/status-tag.tsx';

export const waits = ({ status }: Pick<WaitlistEntry, 'status'>) =>
  status === 'waiting' || status === 'offered';

export const partsOfDay = [
  { value: '', label: 'Any time of day' },
  { value: '00:00-12:00', label: 'Before noon' },
  { value: '12:00-17:00', label: 'Noon to 5 PM' },
  { value: '17:00-23:59', label: 'After 5 PM' },
];

export interface WaitlistValues {
  name: string;
  phone: string;
  service_type: string;
  part: string;
  latest_date: string;
}

export function toRequest({ part, latest_date, ...rest }: WaitlistValues): WaitlistRequest {
  const [from, to] = part.split('-');
  return {
    ...rest,
    ...(latest_date === '' ? {} : { latest_date }),
    ...(from && to ? { windows: [[from, to]] } : {}),
  };
}

/** "Follow-up, noon to 5 PM, until Fri, Dec 18": what a patient is waiting for. */
export function wantedWords(entry: WaitlistEntry): string {
  const day = (date: string) => formatDayShort(`${date}T12:00:00Z`, 'UTC');
  const windows = entry.windows.map(([from, to]) => {
    const part = partsOfDay.find(({ value }) => value === `${from}-${to}`)?.label;
    return part === undefined
      ? `${spellClock(from)} to ${spellClock(to)}`
      : part.charAt(0).toLowerCase() + part.slice(1);
  });
  return [
    entry.service_name,
    ...windows,
    entry.earliest_date === null ? '' : `from ${day(entry.earliest_date)}`,
    entry.latest_date === null ? '' : `until ${day(entry.latest_date)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

export function waitlistWord({ offer, offers }: WaitlistEntry, timeZone: string): Word {
  if (offer !== null) {
    const { scheduled_at: at, expires_at: until } = offer;
    return {
      word: `Offered ${formatMoment(at, timeZone)}, held until ${formatTime(until, timeZone)}`,
      tone: 'info',
    };
  }
  return {
    word: offers === 0 ? 'Waiting' : `Waiting, offered ${offers === 1 ? 'once' : `${offers} times`}`,
    tone: 'idle',
  };
}
