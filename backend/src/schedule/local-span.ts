import type { TimeOff } from '@voxanne/contract';
import { Temporal } from 'temporal-polyfill';
import { scheduleErrors } from './schedule.errors.ts';

/** The clinic's wall clock, without a zone; the end is not included. */
export interface LocalSpan {
  starts_local: string;
  ends_local: string;
}

const MIDNIGHT = 'T00:00:00';
const isDay = (text: string): boolean => !text.includes('T');

/**
 * What a person wrote, as wall-clock times: a day that is named as the end is the last one.
 * @throws {AppError} INVALID_SPAN (400).
 */
export function readSpan(starts: string, ends: string): LocalSpan {
  const from = Temporal.PlainDateTime.from(starts);
  const to = isDay(ends)
    ? Temporal.PlainDate.from(ends).add({ days: 1 }).toPlainDateTime()
    : Temporal.PlainDateTime.from(ends);
  if (Temporal.PlainDateTime.compare(from, to) >= 0)
    throw scheduleErrors.invalidSpan('ends before it starts');
  if (Temporal.PlainDateTime.compare(from.add({ years: 2 }), to) < 0) {
    throw scheduleErrors.invalidSpan('is longer than two years');
  }
  return {
    starts_local: from.toString({ smallestUnit: 'second' }),
    ends_local: to.toString({ smallestUnit: 'second' }),
  };
}

/** A row as the API shows it: whole days have their last one named, because "until the 27th" is misread. */
export function presentTimeOff(
  row: LocalSpan & { id: string; provider_id: string | null; title: string },
): TimeOff {
  const { starts_local: starts, ends_local: ends } = row;
  const end = Temporal.PlainDate.from(ends.slice(0, 10));
  const endsAtMidnight = ends.endsWith(MIDNIGHT);
  return {
    ...row,
    all_day: starts.endsWith(MIDNIGHT) && endsAtMidnight,
    first_day: starts.slice(0, 10),
    last_day: (endsAtMidnight ? end.subtract({ days: 1 }) : end).toString(),
  };
}
