import { WEEKDAYS, type WeeklyHours } from '@voxanne/contract';
import { anyMeets, holds, minutesOf } from '../platform/local-time/repeating-clock.ts';

/** An appointment by the clinic's clock. */
export interface ByTheClock {
  /** ISO, "1" Monday. */
  weekday: string;
  from: string;
  /** Not later than `from`: on the next day. */
  to: string;
}

const DAY = 1_440;

/** Whether the week, breaks taken out, has room for it. */
export function fitsWeek(
  { weekday, from, to }: ByTheClock,
  hours: WeeklyHours,
  breaks: WeeklyHours,
): boolean {
  const midnight = (Number(weekday) - 1) * DAY;
  const begins = midnight + minutesOf(from);
  const ends = midnight + minutesOf(to) + (to <= from ? DAY : 0);
  return (
    holds(inMinutes(hours), [begins, ends], 7 * DAY) && !anyMeets(inMinutes(breaks), [begins, ends], 7 * DAY)
  );
}

const inMinutes = (week: WeeklyHours): [number, number][] =>
  WEEKDAYS.flatMap((day, index) =>
    (week[day] ?? []).map(([from, to]): [number, number] => [
      index * DAY + minutesOf(from),
      index * DAY + minutesOf(to),
    ]),
  );
