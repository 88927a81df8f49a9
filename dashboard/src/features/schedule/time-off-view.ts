import type { Provider, TimeOff } from '@voxanne/contract';
import { formatDayShort, spellClock } from '../../lib/format/format.ts';

export interface TimeOffValues {
  title: string;
  /** Empty: the whole clinic. */
  provider_id: string;
  whole_days: boolean;
  first_day: string;
  last_day: string;
  from: string;
  to: string;
}

export const emptyTimeOff = (today: string): TimeOffValues => ({
  title: '',
  provider_id: '',
  whole_days: true,
  first_day: today,
  last_day: today,
  from: '13:00',
  to: '17:00',
});

export const toValues = (entry: TimeOff): TimeOffValues => ({
  title: entry.title,
  provider_id: entry.provider_id ?? '',
  whole_days: entry.all_day,
  first_day: entry.first_day,
  last_day: entry.last_day,
  from: entry.all_day ? '13:00' : entry.starts_local.slice(11, 16),
  to: entry.all_day ? '17:00' : entry.ends_local.slice(11, 16),
});

/** Midnight as an end belongs to the day before: `last_day` with 00:00 is its end. */
function endOf({ last_day: day, to }: TimeOffValues): string {
  return to === '00:00' ? day : `${day}T${to}`;
}

export const toBody = (values: TimeOffValues) => ({
  title: values.title.trim(),
  provider_id: values.provider_id === '' ? null : values.provider_id,
  ...(values.whole_days
    ? { starts_local: values.first_day, ends_local: values.last_day }
    : { starts_local: `${values.first_day}T${values.from}`, ends_local: endOf(values) }),
});

export const validate = {
  title: (value: string) => (value.trim() === '' ? 'Enter a title, such as Christmas.' : null),
  first_day: (value: string) => (value === '' ? 'Choose the first day.' : null),
  last_day: (value: string, { first_day: first }: TimeOffValues) =>
    value === '' ? 'Choose the last day.' : value < first ? 'It ends before it starts.' : null,
  from: (value: string, { whole_days: whole }: TimeOffValues) =>
    !whole && value === '' ? 'Enter when it starts.' : null,
  to: (value: string, { whole_days: whole, first_day, last_day, from }: TimeOffValues) => {
    if (whole) return null;
    if (value === '') return 'Enter when it ends.';
    return first_day === last_day && value !== '00:00' && value <= from ? 'It ends before it starts.' : null;
  },
};

/** The server's name of a field to the one of the form. */
export const fieldOf = (name: string): string =>
  name === 'starts_local' ? 'first_day' : name === 'ends_local' ? 'last_day' : name;

const day = (date: string, today: string): string => {
  const words = formatDayShort(`${date}T00:00:00Z`, 'UTC');
  return date.slice(0, 4) === today.slice(0, 4) ? words : `${words}, ${date.slice(0, 4)}`;
};

/** "Thu, Dec 24 to Sat, Dec 26" or "Mon, Nov 23, 1:00 PM to 3:30 PM". */
export function spellSpan(entry: TimeOff, today: string): string {
  const { first_day: first, last_day: last, all_day: whole } = entry;
  if (whole) return first === last ? day(first, today) : `${day(first, today)} to ${day(last, today)}`;
  const from = spellClock(entry.starts_local.slice(11, 16));
  const to = entry.ends_local.endsWith('T00:00:00') ? 'midnight' : spellClock(entry.ends_local.slice(11, 16));
  return first === last
    ? `${day(first, today)}, ${from} to ${to}`
    : `${day(first, today)}, ${from} to ${day(last, today)}, ${to}`;
}

export const whoseWords = (entry: TimeOff, providers: Provider[]): string =>
  entry.provider_id === null
    ? 'Whole clinic'
    : (providers.find(({ id }) => id === entry.provider_id)?.name ?? 'Someone else');
