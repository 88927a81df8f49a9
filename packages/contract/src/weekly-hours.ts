import { z } from 'zod';

const TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
/** Wall clock of the clinic. 24:00 is the end of a day. */
// Nothing further is said about what is no time.
const LocalTime = z.string().regex(TIME, {
  error: 'Write times as HH:MM, such as 09:00; 24:00 is the end of the day.',
  abort: true,
});

export const Weekday = z.enum(['1', '2', '3', '4', '5', '6', '7']);
export type Weekday = z.infer<typeof Weekday>;
export const WEEKDAYS = Weekday.options;

const windows = (max: number) => z.array(z.tuple([LocalTime, LocalTime])).max(max);

/** ISO weekday (1 Monday to 7 Sunday) to the wall-clock windows of that day; a day that is missing has none. */
export const WeeklyHours = z
  .partialRecord(Weekday, windows(48))
  .describe(
    'ISO weekday (1 Monday to 7 Sunday) to windows [from, to] in the clinic’s time zone, such as {"1":[["09:00","12:30"],["13:30","17:00"]]}',
  );
export type WeeklyHours = z.infer<typeof WeeklyHours>;

/** As it is stored, but without contradictions: each window has a length and no two of a day overlap. */
export const WeeklyHoursInput = z
  .partialRecord(Weekday, windows(12), {
    error: 'Name days by their ISO number, "1" (Monday) to "7" (Sunday), each with a list of [from, to].',
  })
  .superRefine((hours, context) => {
    for (const { day, index, message } of weeklyFaults(hours)) {
      context.addIssue({ code: 'custom', path: [day, index], message });
    }
  });

export interface WeeklyFault {
  day: Weekday;
  /** Which window of that day, as given. */
  index: number;
  message: string;
}

/** What is wrong with the windows of a week, in words; empty when nothing is. */
export function weeklyFaults(hours: WeeklyHours): WeeklyFault[] {
  return WEEKDAYS.flatMap((day) => dayFaults(day, hours[day] ?? []));
}

function dayFaults(day: Weekday, given: [string, string][]): WeeklyFault[] {
  const faults: WeeklyFault[] = [];
  const sound: { from: string; to: string; index: number }[] = [];
  for (const [index, [from, to]] of given.entries()) {
    if (from < to) sound.push({ from, to, index });
    else
      faults.push({
        day,
        index,
        message: `${from} to ${to} has no length. The end must be later than the start; to work past midnight, add a window on each day.`,
      });
  }
  sound.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.index - b.index));
  let latest = sound[0];
  for (const window of sound.slice(1)) {
    if (latest && window.from < latest.to) {
      const message = `${window.from} to ${window.to} overlaps ${latest.from} to ${latest.to}. Combine the two, or move one.`;
      faults.push({ day, index: window.index, message });
    }
    if (!latest || window.to > latest.to) latest = window;
  }
  return faults.sort((a, b) => a.index - b.index);
}

/** Breaks that change nothing, because no one works then. */
export function uselessBreaks(hours: WeeklyHours, breaks: WeeklyHours): WeeklyFault[] {
  return WEEKDAYS.flatMap((day) =>
    (breaks[day] ?? []).flatMap(([from, to], index) =>
      (hours[day] ?? []).some((window) => from < window[1] && window[0] < to)
        ? []
        : [
            {
              day,
              index,
              message: `The break from ${from} to ${to} is outside that day’s working hours.`,
            },
          ],
    ),
  );
}

/** Windows in the order of the day, and no days without any. */
export function tidyWeek(hours: WeeklyHours): WeeklyHours {
  const tidy: WeeklyHours = {};
  for (const day of WEEKDAYS) {
    const given = hours[day] ?? [];
    if (given.length > 0) tidy[day] = given.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
  return tidy;
}
