/** Wall clock of a time zone, without a date library: the API speaks instants, the clinic speaks local time. */
interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than a hundred uses of it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

function wallClock(instant: number, timeZone: string): WallClock {
  const parts = formatOf(timeZone).formatToParts(instant);
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  return {
    year: value('year'),
    month: value('month'),
    day: value('day'),
    hour: value('hour'),
    minute: value('minute'),
    second: value('second'),
  };
}

function offsetMs(instant: number, timeZone: string): number {
  const w = wallClock(instant, timeZone);
  return Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second) - Math.floor(instant / 1000) * 1000;
}

/** `2030-01-07` of an instant, as the clinic sees it. */
export function dayKey(instant: number | string, timeZone: string): string {
  const w = wallClock(typeof instant === 'string' ? Date.parse(instant) : instant, timeZone);
  return `${w.year}-${String(w.month).padStart(2, '0')}-${String(w.day).padStart(2, '0')}`;
}

const DAY_MS = 86_400_000;
const utcOf = (day: string) => Date.parse(`${day}T00:00:00Z`);

/** `2030-01-08` is one day after `2030-01-07`, in every time zone. */
export const addDays = (day: string, days: number): string =>
  new Date(utcOf(day) + days * DAY_MS).toISOString().slice(0, 10);

/** 1 is Monday, 7 is Sunday. */
export const weekdayOf = (day: string): number => new Date(utcOf(day)).getUTCDay() || 7;

/** Minutes on the clinic's clock since the midnight of the day it shows. */
export function minuteOfDay(instant: number | string, timeZone: string): number {
  const w = wallClock(typeof instant === 'string' ? Date.parse(instant) : instant, timeZone);
  return w.hour * 60 + w.minute;
}

/**
 * The instant at which the clinic's clock shows a time of a day. Null when the clocks skip it; the earlier one when
 * they show it twice.
 */
export function instantAt(day: string, minute: number, timeZone: string): number | null {
  const local = utcOf(day) + minute * 60_000;
  const candidates = [-DAY_MS, DAY_MS].map((shift) => local - offsetMs(local + shift, timeZone));
  const real = candidates.filter((instant) => instant + offsetMs(instant, timeZone) === local);
  return real.length === 0 ? null : Math.min(...real);
}

/** The instant at which a local day begins, `days` after today. Midnight may not exist; then the first minute that does. */
export function startOfDay(now: number, timeZone: string, days = 0): Date {
  const w = wallClock(now, timeZone);
  const local = Date.UTC(w.year, w.month - 1, w.day + days);
  const first = local - offsetMs(local, timeZone);
  return new Date(local - offsetMs(first, timeZone));
}
