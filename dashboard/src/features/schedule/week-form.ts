import {
  tidyWeek,
  uselessBreaks,
  WEEKDAYS,
  type Weekday,
  type WeeklyHours,
  weeklyFaults,
} from '@voxanne/contract';
import { spellClock } from '../../lib/format/format.ts';

export interface Window {
  /** Of this window as long as the page is open; times change while they are typed. */
  id: number;
  from: string;
  to: string;
}
export interface Day {
  windows: Window[];
  breaks: Window[];
}
export type Week = Record<Weekday, Day>;
export type Part = keyof Day;

export const DAY_NAMES: Record<Weekday, string> = {
  1: 'Monday',
  2: 'Tuesday',
  3: 'Wednesday',
  4: 'Thursday',
  5: 'Friday',
  6: 'Saturday',
  7: 'Sunday',
};
const OFFICE_DAYS: Weekday[] = ['1', '2', '3', '4', '5'];

let lastId = 0;
const nextId = () => {
  lastId += 1;
  return lastId;
};

// A time field knows no 24:00; as an end, midnight is the end of the day.
const toField = (time: string) => (time === '24:00' ? '00:00' : time);
const toEnd = (time: string) => (time === '00:00' ? '24:00' : time);

const windowsOf = (hours: WeeklyHours, day: Weekday): Window[] =>
  (hours[day] ?? []).map(([from, to]) => ({ id: nextId(), from, to: toField(to) }));

export const toWeek = (hours: WeeklyHours, breaks: WeeklyHours): Week =>
  Object.fromEntries(
    WEEKDAYS.map((day) => [day, { windows: windowsOf(hours, day), breaks: windowsOf(breaks, day) }]),
  ) as unknown as Week;

const hoursOf = (week: Week, part: Part): WeeklyHours =>
  Object.fromEntries(
    WEEKDAYS.map((day) => [day, week[day][part].map(({ from, to }) => [from, toEnd(to)])]),
  ) as WeeklyHours;

export const toRules = (week: Week) => ({
  working_hours: tidyWeek(hoursOf(week, 'windows')),
  breaks: tidyWeek(hoursOf(week, 'breaks')),
});

export type DayMessages = Partial<Record<Part, string[]>>;

/** The rules of the API write times as it does; the fields beside the sentence show the viewer's clock. */
const withSpelledClocks = (message: string): string => message.replaceAll(/\b\d\d:\d\d\b/g, spellClock);

/** What has to be fixed before it can be saved, by day. */
export function faultsOf(week: Week): Partial<Record<Weekday, DayMessages>> {
  const found: Partial<Record<Weekday, DayMessages>> = {};
  const add = (day: Weekday, part: Part, message: string) => {
    found[day] ??= {};
    found[day][part] = [...(found[day][part] ?? []), message];
  };
  for (const part of ['windows', 'breaks'] as const) {
    const filled: WeeklyHours = {};
    for (const day of WEEKDAYS) {
      const all = week[day][part];
      const whole = all.filter(({ from, to }) => from !== '' && to !== '');
      if (whole.length < all.length) add(day, part, 'Enter both times, or remove the row.');
      filled[day] = whole.map(({ from, to }) => [from, toEnd(to)]);
    }
    for (const { day, message } of weeklyFaults(filled)) add(day, part, withSpelledClocks(message));
  }
  return found;
}

/** Breaks that change nothing, by day: a hint, not an error. */
export function hintsOf(week: Week): Partial<Record<Weekday, string[]>> {
  const { working_hours, breaks } = toRules(week);
  const hints: Partial<Record<Weekday, string[]>> = {};
  for (const { day, message } of uselessBreaks(working_hours, breaks)) {
    hints[day] = [...(hints[day] ?? []), withSpelledClocks(message)];
  }
  return hints;
}

const USUAL: Record<Part, [string, string]> = { windows: ['09:00', '17:00'], breaks: ['12:00', '13:00'] };

/** One more window: the usual one in an empty day, else empty fields. */
export function added(week: Week, day: Weekday, part: Part): Week {
  const existing = week[day][part];
  const [from, to] = existing.length === 0 ? USUAL[part] : ['', ''];
  return withPart(week, day, part, [...existing, { id: nextId(), from, to }]);
}

export const removed = (week: Week, day: Weekday, part: Part, id: number): Week =>
  withPart(
    week,
    day,
    part,
    week[day][part].filter((window) => window.id !== id),
  );

export const changed = (week: Week, day: Weekday, part: Part, change: Window): Week =>
  withPart(
    week,
    day,
    part,
    week[day][part].map((window) => (window.id === change.id ? change : window)),
  );

const withPart = (week: Week, day: Weekday, part: Part, windows: Window[]): Week => ({
  ...week,
  [day]: { ...week[day], [part]: windows },
});

/** Hours and breaks of one day for Monday to Friday. */
export function copiedToWeekdays(week: Week, from: Weekday): Week {
  const copy = (windows: Window[]) => windows.map((window) => ({ ...window, id: nextId() }));
  const result = { ...week };
  for (const day of OFFICE_DAYS) {
    if (day !== from) {
      result[day] = { windows: copy(week[from].windows), breaks: copy(week[from].breaks) };
    }
  }
  return result;
}

/** "Mon to Fri 9:00 AM to 5:00 PM; Sat 9:00 AM to 12:00 PM", for a line in a list. */
export function weekLine(hours: WeeklyHours): string {
  const runs: { first: Weekday; last: Weekday; text: string }[] = [];
  for (const day of WEEKDAYS) {
    const text = (hours[day] ?? [])
      .map(([from, to]) => `${spellClock(from)} to ${spellClock(to)}`)
      .join(', ');
    const run = runs.at(-1);
    if (run?.text === text && Number(run.last) === Number(day) - 1) run.last = day;
    else if (text !== '') runs.push({ first: day, last: day, text });
  }
  const short = (day: Weekday) => DAY_NAMES[day].slice(0, 3);
  return runs
    .map(
      ({ first, last, text }) =>
        `${first === last ? short(first) : `${short(first)} to ${short(last)}`} ${text}`,
    )
    .join('; ');
}
