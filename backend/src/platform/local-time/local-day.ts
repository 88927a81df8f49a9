import { Temporal } from 'temporal-polyfill';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** One day of a wall clock, as far as integers need to know it. */
export interface LocalDay {
  /** Days since 1970-01-01. */
  number: number;
  /** `2026-11-23` */
  date: string;
  /** ISO: 1 Monday to 7 Sunday. */
  weekday: number;
  starts: number;
  ends: number;
  /**
   * The minutes of the wall clock that exist, in order, and what turns them into instants. Between two parts are the
   * minutes that the clocks skip; minutes that come twice are in the first part alone.
   */
  parts: { from: number; to: number; zero: number }[];
  /** Since when which offset holds: the way back, from an instant to the wall clock. */
  offsets: { since: number; zero: number }[];
}

// A clinic asks for the same weeks all day long; a year of fifty zones fits.
const cache = new Map<string, Map<number, LocalDay>>();
const MAX_CACHED_DAYS = 20_000;
let kept = 0;

/** A day of a time zone, worked out once. */
export function localDay(number: number, timeZone: string): LocalDay {
  let days = cache.get(timeZone);
  const known = days?.get(number);
  if (known) return known;
  if (kept >= MAX_CACHED_DAYS) {
    cache.clear();
    kept = 0;
    days = undefined;
  }
  if (!days) {
    days = new Map();
    cache.set(timeZone, days);
  }
  const day = computeLocalDay(number, timeZone);
  days.set(number, day);
  kept += 1;
  return day;
}

/** Which day an instant lies in. */
export function dayNumberOf(instant: number, timeZone: string): number {
  let number = Math.floor(instant / DAY_MS);
  while (instant < localDay(number, timeZone).starts) number -= 1;
  while (instant >= localDay(number, timeZone).ends) number += 1;
  return number;
}

/** The instant of a minute of the wall clock; undefined when the clocks skip it, the first one when it comes twice. */
export function instantAt(day: LocalDay, minute: number): number | undefined {
  for (const part of day.parts) {
    if (minute < part.from) return undefined;
    if (minute < part.to) return part.zero + minute * MINUTE_MS;
  }
  return undefined;
}

/** As `instantAt`, for what begins or ends then: at a minute that is skipped, it does so when the clocks change. */
export function edgeAt(day: LocalDay, minute: number): number {
  for (const part of day.parts) {
    if (minute < part.to) return part.zero + Math.max(minute, part.from) * MINUTE_MS;
  }
  return day.ends;
}

/** The wall clock's minute of an instant of that day. */
export function minuteOf(day: LocalDay, instant: number): number {
  let zero = day.starts;
  for (const offset of day.offsets) if (instant >= offset.since) zero = offset.zero;
  return (instant - zero) / MINUTE_MS;
}

/** `09:30` */
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function computeLocalDay(number: number, timeZone: string): LocalDay {
  const date = Temporal.PlainDate.from('1970-01-01').add({ days: number });
  const start = date.toZonedDateTime(timeZone);
  const end = date.add({ days: 1 }).toZonedDateTime(timeZone);
  const [starts, ends] = [start.epochMilliseconds, end.epochMilliseconds];
  const parts: LocalDay['parts'] = [];
  const offsets: LocalDay['offsets'] = [];
  let at: Temporal.ZonedDateTime | null = start;
  let reached = 0;
  while (at && at.epochMilliseconds < ends) {
    const offset = at.offsetNanoseconds / 1e6;
    const next: Temporal.ZonedDateTime | null =
      at.offsetNanoseconds === end.offsetNanoseconds && ends - starts === DAY_MS
        ? null
        : at.getTimeZoneTransition('next');
    const until = Math.min(next?.epochMilliseconds ?? ends, ends);
    const zero = number * DAY_MS - offset;
    const from = Math.max((at.epochMilliseconds - zero) / MINUTE_MS, reached);
    const to = Math.min((until - zero) / MINUTE_MS, 1_440);
    if (to > from) parts.push({ from, to, zero });
    offsets.push({ since: at.epochMilliseconds, zero });
    reached = Math.max(reached, to);
    at = next;
  }
  return { number, date: date.toString(), weekday: date.dayOfWeek, starts, ends, parts, offsets };
}
