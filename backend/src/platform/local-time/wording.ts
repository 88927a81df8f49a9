import { dayNumberOf, type LocalDay, localDay, minuteOf } from './local-day.ts';

interface Formats {
  year: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  dayAndYear: Intl.DateTimeFormat;
  time: Intl.DateTimeFormat;
  date: Intl.DateTimeFormat;
}

// Making a format costs 50 us and some kilobytes of ICU; an availability answer needs hundreds of labels.
const byZone = new Map<string, Formats>();
const MAX_CACHED_ZONES = 500;

function formatsFor(timeZone: string): Formats {
  let formats = byZone.get(timeZone);
  if (!formats) {
    const format = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat('en-US', { timeZone, ...options });
    const day = { weekday: 'long', month: 'long', day: 'numeric' } as const;
    formats = {
      year: format({ year: 'numeric' }),
      day: format(day),
      dayAndYear: format({ ...day, year: 'numeric' }),
      time: format({ hour: 'numeric', minute: '2-digit' }),
      date: format({ dateStyle: 'long' }),
    };
    if (byZone.size >= MAX_CACHED_ZONES) byZone.clear();
    byZone.set(timeZone, formats);
  }
  return formats;
}

/** "Monday, November 23 at 9:00 AM", in the clinic's time zone; the year only when it is not this one. */
export function spokenTime(at: Date, timeZone: string, now: Date): string {
  const formats = formatsFor(timeZone);
  const sameYear = formats.year.format(at) === formats.year.format(now);
  const day = (sameYear ? formats.day : formats.dayAndYear).format(at);
  // ICU puts a narrow no-break space before AM; a text message would become twice as long for it.
  return `${day} at ${formats.time.format(at)}`.replace(/[\u00a0\u202f]/g, ' ');
}

/** "10:42 AM" */
export const clockTime = (at: Date, timeZone: string): string =>
  formatsFor(timeZone)
    .time.format(at)
    .replace(/[\u00a0\u202f]/g, ' ');

/** "12-1 PM", "11:30 AM-12:15 PM" */
export function clockRange(from: Date, to: Date, timeZone: string): string {
  const [begins, ends] = [from, to].map((at) => clockTime(at, timeZone).replace(':00', ''));
  const sameHalf = begins?.slice(-2) === ends?.slice(-2);
  return `${sameHalf ? begins?.slice(0, -3) : begins}-${ends}`;
}

/** "November 23, 2026" */
export const spokenDay = (at: Date, timeZone: string): string => formatsFor(timeZone).date.format(at);

interface DayNames {
  day: string;
  dayAndYear: string;
}

// As long as the day itself is kept: offers name the same days all day long.
const dayNames = new WeakMap<LocalDay, DayNames>();

function namesOf(day: LocalDay, timeZone: string): DayNames {
  let names = dayNames.get(day);
  if (!names) {
    const formats = formatsFor(timeZone);
    names = { day: formats.day.format(day.starts), dayAndYear: formats.dayAndYear.format(day.starts) };
    dayNames.set(day, names);
  }
  return names;
}

/** `spokenTime` for many times of one zone, given in order: what the days are called is worked out once a day. */
export function spokenTimes(timeZone: string, now: Date): (at: number) => string {
  const yearOf = (of: LocalDay) => of.date.slice(0, -6);
  const thisYear = yearOf(localDay(dayNumberOf(now.getTime(), timeZone), timeZone));
  let day: LocalDay | undefined;
  let name = '';
  return (at) => {
    if (!day || at < day.starts || at >= day.ends) {
      day = localDay(dayNumberOf(at, timeZone), timeZone);
      name = namesOf(day, timeZone)[yearOf(day) === thisYear ? 'day' : 'dayAndYear'];
    }
    const minute = Math.floor(minuteOf(day, at));
    const hour = Math.floor(minute / 60);
    const rest = String(minute % 60).padStart(2, '0');
    return `${name} at ${hour % 12 || 12}:${rest} ${hour < 12 ? 'AM' : 'PM'}`;
  };
}
