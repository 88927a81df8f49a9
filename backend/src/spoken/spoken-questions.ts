import { Temporal } from 'temporal-polyfill';
import { fullDay, listed, monthName, namedDay, weekdayName } from '../platform/local-time/day-names.ts';

/** What a day is read against. */
export interface SpokenCalendar {
  today: Temporal.PlainDate;
  /** The last day that can be booked. */
  lastDay: Temporal.PlainDate;
  /** How the clinic's country writes 3/4. */
  monthFirst: boolean;
}

/** A question instead of a guess. `say` can be spoken as it is. */
export interface SpokenQuestion {
  kind: 'ask';
  code: 'DATE_UNCLEAR' | 'INVALID_TIME' | 'IN_THE_PAST' | 'BEYOND_HORIZON';
  say: string;
  /** What could be meant: days, or times as the clinic's clock shows them. */
  choices: string[];
}

export interface SpokenDay {
  kind: 'day';
  date: Temporal.PlainDate;
  /** The date as it was given, when only its year was wrong. */
  original?: string;
}

/** Several days in a row: a week, a weekend, a month. */
interface SpokenWeek {
  kind: 'week';
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
}

export type DayReading = SpokenDay | SpokenWeek | SpokenQuestion;

export const ask = (code: SpokenQuestion['code'], say: string, choices: string[] = []): SpokenQuestion => ({
  kind: 'ask',
  code,
  say,
  choices,
});

/** Asks which of these days it is; days that can't be booked aren't offered. */
export function which(days: Temporal.PlainDate[], calendar: SpokenCalendar, why?: string): SpokenQuestion {
  const choices = [...new Map(days.map((day) => [day.toString(), day])).values()]
    .filter((day) => !isBefore(day, calendar.today) && !isBefore(calendar.lastDay, day))
    .sort(Temporal.PlainDate.compare);
  const reason = why ? `${why}. ` : '';
  if (choices.length === 0)
    return ask('DATE_UNCLEAR', `${reason}Which day do you mean? ${until(calendar.lastDay)}`);
  const names = choices.map((day) => fullDay(day));
  return ask('DATE_UNCLEAR', `${reason}Do you mean ${listed(names, 'or')}?`, choices.map(String));
}

/** The weekday that was said is not the one of the date. */
export function conflict(
  date: Temporal.PlainDate,
  weekdays: number[],
  calendar: SpokenCalendar,
): SpokenQuestion {
  const said = weekdays.filter((weekday) => weekday !== date.dayOfWeek);
  const nearest = said.flatMap((weekday) => {
    const ahead = (weekday - date.dayOfWeek + 7) % 7;
    return [date.add({ days: ahead > 3 ? ahead - 7 : ahead })];
  });
  const why = `${namedDay(date)} is a ${weekdayName(date.dayOfWeek)}, not a ${weekdayName(said[0] ?? 1)}`;
  return which([...nearest, date], calendar, why);
}

/** The same weekday that comes next is offered instead. */
export function justPassed(
  date: Temporal.PlainDate,
  weekdays: number[],
  calendar: SpokenCalendar,
): SpokenQuestion {
  const { today } = calendar;
  const weekday = weekdays[0] ?? date.dayOfWeek;
  const next = today.add({ days: (weekday - today.dayOfWeek + 7) % 7 });
  return {
    ...which([next], calendar, `That was ${fullDay(date)}, which has passed`),
    code: 'IN_THE_PAST',
  };
}

export const noSuchDay = (year: number | undefined, month: number, day: number): SpokenQuestion => {
  const named = year === undefined && monthName(month);
  const name = named ? `${named} ${day}` : isoDay(year ?? 0, month, day);
  const where = named && dateOf(2024, month, day) ? 'this year or next' : 'in the calendar';
  return ask('INVALID_TIME', `There is no ${name} ${where}. Ask for the date again.`);
};

export const beyond = (lastDay: Temporal.PlainDate): SpokenQuestion =>
  ask('BEYOND_HORIZON', `That’s too far ahead. ${until(lastDay)} Ask for an earlier day.`);

const until = (lastDay: Temporal.PlainDate): string => `You can book up to ${fullDay(lastDay)}.`;

export const isoDay = (year: number, month: number, day: number): string =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;

export function dateOf(year: number, month: number, day: number): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

export const isBefore = (a: Temporal.PlainDate, b: Temporal.PlainDate): boolean =>
  Temporal.PlainDate.compare(a, b) < 0;
const two = (number: number): string => String(number).padStart(2, '0');
