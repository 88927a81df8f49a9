import { formatDay, formatDayShort, formatTime } from '../../lib/format/format.ts';
import { addDays, instantAt, minuteOfDay, weekdayOf } from '../../lib/format/zoned.ts';

export const VIEWS = ['day', 'week', 'list'] as const;
export type View = (typeof VIEWS)[number];

export const DAY_MINUTES = 24 * 60;
const WEEK = 7;
/** The longest appointment that can be booked: what began before midnight may still last. */
const LONGEST_MINUTES = 480;

/** The days a view shows. A week begins on Monday; a list runs from the day that was asked for. */
export function daysOf(view: View, date: string): string[] {
  const first = view === 'week' ? addDays(date, 1 - weekdayOf(date)) : date;
  return Array.from({ length: view === 'day' ? 1 : WEEK }, (_, index) => addDays(first, index));
}

/** Where "previous" and "next" lead. */
export const stepFrom = (view: View, date: string, direction: -1 | 1): string =>
  addDays(date, direction * (view === 'day' ? 1 : WEEK));

/** The first instant of a day: midnight, or the first minute after it that exists. */
function startOf(day: string, timeZone: string): number {
  for (let minute = 0; minute < DAY_MINUTES; minute += 15) {
    const instant = instantAt(day, minute, timeZone);
    if (instant !== null) return instant;
  }
  // A day that a country left out altogether.
  return startOf(addDays(day, 1), timeZone);
}

/** The instants between which the appointments of some days begin. */
export function windowOf(days: string[], timeZone: string): { from: string; to: string } {
  const [first = '', last = first] = [days[0], days.at(-1)];
  return {
    from: new Date(startOf(first, timeZone) - LONGEST_MINUTES * 60_000).toISOString(),
    to: new Date(startOf(addDays(last, 1), timeZone)).toISOString(),
  };
}

export interface Range {
  /** Minutes on the clinic's clock; `to` is not included. */
  from: number;
  to: number;
}

/** The part of a day that the clocks skip. */
export function skippedPart(day: string, timeZone: string): Range | null {
  const length = startOf(addDays(day, 1), timeZone) - startOf(day, timeZone);
  if (length >= DAY_MINUTES * 60_000) return null;
  const missing: number[] = [];
  for (let minute = 0; minute < DAY_MINUTES; minute += 15) {
    if (instantAt(day, minute, timeZone) === null) missing.push(minute);
  }
  const [first] = missing;
  return first === undefined ? null : { from: first, to: (missing.at(-1) ?? first) + 15 };
}

const labels = new Map<number, string>();

/** A minute of a day as the viewer writes times. */
export function minuteLabel(minute: number): string {
  const label = labels.get(minute) ?? formatTime((minute % DAY_MINUTES) * 60_000, 'UTC');
  labels.set(minute, label);
  return label;
}

/** A day is a date and not an instant: noon in UTC is that date for everyone who formats it in UTC. */
const noonOf = (day: string) => `${day}T12:00:00Z`;
export const dayTitle = (day: string): string => formatDay(noonOf(day), 'UTC');
export const shortDay = (day: string): string => formatDayShort(noonOf(day), 'UTC');

/** What the clinic's clock shows from beginning to end; an end after midnight counts on. */
export function wallRange(at: string, minutes: number, timeZone: string): Range {
  const from = minuteOfDay(at, timeZone);
  const end = minuteOfDay(Date.parse(at) + minutes * 60_000, timeZone);
  const to = end < from && from + minutes >= DAY_MINUTES ? end + DAY_MINUTES : end;
  // When the clocks are set back, an appointment can end at the time at which it began.
  return { from, to: Math.max(to, from + Math.min(minutes, 15)) };
}
