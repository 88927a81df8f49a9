import { Temporal } from 'temporal-polyfill';
import { clockName, fullDay } from './day-names.ts';
import { localDate } from './local-date.ts';

/** The clinic's date and time in full: "Wednesday, November 18, 2026 at 10:00 AM". */
export function sayNow(now: Date, timeZone: string): string {
  const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
  return `${fullDay(localDate(now, timeZone))} at ${clockName(hour * 60 + minute)}`;
}
