import type { Temporal } from 'temporal-polyfill';
import { localDate } from './local-date.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

export const weekdayName = (weekday: number): string => WEEKDAYS[weekday - 1] ?? '';

/** "November 23, 2026": the month by its name, so that no one takes 3/4 for another day. */
export const namedDay = (date: Temporal.PlainDate): string =>
  `${monthName(date.month)} ${date.day}, ${date.year}`;

export const monthName = (month: number): string => MONTHS[month - 1] ?? '';

/** "Monday, November 23, 2026" */
export const fullDay = (date: Temporal.PlainDate): string =>
  `${weekdayName(date.dayOfWeek)}, ${namedDay(date)}`;

/** Today and the days after it, as "Wednesday 2026-11-18": a model looks a date up, and counts none. */
export function comingDays(now: Date, timeZone: string, count = 14): string[] {
  const today = localDate(now, timeZone);
  return Array.from({ length: count }, (_, days) => {
    const date = today.add({ days });
    return `${weekdayName(date.dayOfWeek)} ${date}`;
  });
}

/** "9:00 AM", from minutes of the day. */
export function clockName(minutes: number): string {
  const hour = Math.floor(minutes / 60);
  const half = hour < 12 ? 'AM' : 'PM';
  return `${hour % 12 === 0 ? 12 : hour % 12}:${String(minutes % 60).padStart(2, '0')} ${half}`;
}

/** "a, b or c" */
export function listed(items: string[], word: 'and' | 'or'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join('; ')} ${word} ${last}`;
}
