import { Temporal } from 'temporal-polyfill';
import { fullDay, listed, monthName, namedDay, weekdayName } from './spoken-labels.ts';
import { type DayWords, readWords } from './spoken-words.ts';

/** What a day is read against. */
export interface SpokenCalendar {
  today: Temporal.PlainDate;
  /** The last day that can be booked. */
  lastDay: Temporal.PlainDate;
  /** How the clinic's country writes 3/4. */
  monthFirst: boolean;
}

/** What was said about the day, by the model and by the caller. */
export interface SpokenDayWish {
  /** What the model made of it: `2026-11-23`, or words. */
  date?: string | undefined;
  /** The caller's own words. */
  words?: string | undefined;
  weekday?: string | undefined;
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

export interface SpokenWeek {
  kind: 'week';
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
}

export type DayReading = SpokenDay | SpokenWeek | SpokenQuestion;

/**
 * The day that is meant, or the question to ask. Never a day that has passed or cannot be booked yet, never one
 * that is not in the calendar, and none that the caller could be surprised by.
 */
export function readSpokenDay(wish: SpokenDayWish, calendar: SpokenCalendar): DayReading {
  const date = readWords(wish.date ?? '', calendar.monthFirst);
  const words = readWords(wish.words ?? '', calendar.monthFirst);
  const named = readWords(wish.weekday ?? '', calendar.monthFirst).days.flatMap((day) =>
    'weekday' in day ? [day.weekday] : [],
  );
  const isReadable = !date.isVague && !date.hasMore;
  const fromModel = isReadable || date.days.length > 1 ? date.days : [];
  // Words that do not name one wish ("any day but Friday") say nothing against the date the model took from them.
  const fromCaller = words.isVague && (fromModel.length > 0 || words.days.length === 1) ? [] : words.days;
  const days = [...fromModel, ...fromCaller];
  const weekdays = [...named, ...date.weekdays, ...words.weekdays];
  if (days.length === 0) {
    const [weekday] = weekdays;
    if (weekday !== undefined && !wish.date) {
      return ofWeekday({ kind: 'weekday', weekday, which: 'coming' }, calendar);
    }
    const given = [wish.date, wish.words].find((text) => text?.trim());
    return given === undefined ? missing() : unreadable(given, date.isVague || words.isVague);
  }
  return merged(
    days.map((day) => resolved(day, weekdays, calendar)),
    calendar,
  );
}

const missing = (): SpokenQuestion =>
  ask(
    'INVALID_TIME',
    'The day is missing. Offer the free times of checkAvailability and ask which one suits.',
  );

const unreadable = (text: string, isVague: boolean): SpokenQuestion =>
  isVague
    ? ask('DATE_UNCLEAR', 'It is not clear which day is meant. Ask for one day, and for its date.')
    : ask(
        'INVALID_TIME',
        `"${text.trim().slice(0, 40)}" is not a date and time that can be understood. Ask for the date again and write it as year-month-day, such as 2026-11-23.`,
      );

function merged(readings: DayReading[], calendar: SpokenCalendar): DayReading {
  const question = readings.find((reading) => reading.kind === 'ask');
  if (question) return question;
  const days = readings.filter((reading) => reading.kind === 'day');
  const [first, ...more] = days;
  // "next week" beside a date is no other wish.
  if (!first) return readings[0] ?? missing();
  const others = more.filter(({ date }) => !date.equals(first.date));
  if (others.length > 0)
    return which(
      [first, ...others].map(({ date }) => date),
      calendar,
    );
  return days.find(({ original }) => original !== undefined) ?? first;
}

function resolved(day: DayWords, weekdays: number[], calendar: SpokenCalendar): DayReading {
  if (day.kind === 'weekday') return confirmed(ofWeekday(day, calendar), weekdays, calendar);
  if (day.kind === 'weekday-of-week') return confirmed(ofWeek(day, calendar), weekdays, calendar);
  if (day.kind === 'week') return wholeWeek(day.weeks, calendar);
  if (day.kind === 'relative') {
    return confirmed(bookable(calendar.today.add({ days: day.days }), calendar), weekdays, calendar);
  }
  if (day.kind === 'day-of-month') return confirmed(ofMonth(day, calendar), weekdays, calendar);
  return ofCalendar(day, weekdays, calendar);
}

/** R4, R5, R11: a date with or without its year. */
function ofCalendar(
  { year, month, day }: Extract<DayWords, { kind: 'date' }>,
  weekdays: number[],
  calendar: SpokenCalendar,
): DayReading {
  const { today, lastDay } = calendar;
  const named = month >= 1 && month <= 12 && day >= 1 ? dateOf(2024, month, day) : undefined;
  if (!named) return noSuchDay(year, month, day);
  const given = year === undefined ? undefined : dateOf(year, month, day);
  if (year !== undefined && year >= today.year && !given) return noSuchDay(year, month, day);
  if (given && !isBefore(given, today)) return confirmed(bookable(given, calendar), weekdays, calendar);

  // Last week's date is a slip of some days, not of a year: moving it on would book almost a year ahead.
  const recent = [today.year, today.year - 1]
    .flatMap((one) => dateOf(one, month, day) ?? [])
    .find((one) => isBefore(one, today) && daysBetween(one, today) <= 7);
  if (recent) return justPassed(recent, weekdays, calendar);

  const toCome = [today.year, today.year + 1]
    .flatMap((one) => dateOf(one, month, day) ?? [])
    .filter((one) => !isBefore(one, today));
  const within = toCome.filter((one) => !isBefore(lastDay, one));
  if (year === undefined) {
    const [next] = toCome;
    if (!next) return noSuchDay(undefined, month, day);
    return confirmed(bookable(next, calendar), weekdays, calendar);
  }
  // A model's year is some years old; the year 1 is a fault of another kind.
  if (year < 2000) return noSuchDay(year, month, day);
  const original = isoDay(year, month, day);
  const passed = `${given ? fullDay(given) : original} has passed`;
  const [nextOne] = toCome;
  if (!nextOne)
    return ask(
      'IN_THE_PAST',
      `${passed}, and there is no such day this year or next. Ask for the date again.`,
    );
  if (within.length === 0) {
    return ask(
      'IN_THE_PAST',
      `${passed}, and ${fullDay(nextOne)} is too far ahead. Appointments can be booked until ${fullDay(lastDay)}. Ask for the date again.`,
    );
  }
  const fits = within.filter((one) => weekdays.every((weekday) => weekday === one.dayOfWeek));
  const [only] = fits;
  if (fits.length === 1 && only) return { kind: 'day', date: only, original };
  if (fits.length > 1) return { ...which(fits, calendar, passed), code: 'IN_THE_PAST' };
  return conflict(within[0] ?? nextOne, weekdays, calendar);
}

/** R9: "the 5th" is the next one; a month that has no such day is passed over, not rolled over. */
function ofMonth(
  { day, months }: Extract<DayWords, { kind: 'day-of-month' }>,
  calendar: SpokenCalendar,
): DayReading {
  const { today } = calendar;
  if (day < 1 || day > 31) return ask('INVALID_TIME', `No month has a day ${day}. Ask for the date again.`);
  const first = today.with({ day: 1 });
  if (months !== undefined) {
    const month = first.add({ months });
    const date = dateOf(month.year, month.month, day);
    if (!date) return noSuchDay(month.year, month.month, day);
    if (isBefore(date, today) && daysBetween(date, today) <= 7) return justPassed(date, [], calendar);
    return bookable(date, calendar);
  }
  for (let ahead = 0; ahead <= 12; ahead += 1) {
    const month = first.add({ months: ahead });
    const date = dateOf(month.year, month.month, day);
    if (date && !isBefore(date, today)) return bookable(date, calendar);
  }
  return noSuchDay(undefined, today.month, day);
}

/** R9: "Friday" is the coming one; "next Friday" may be the coming one or the one after. */
function ofWeekday(
  { weekday, which: said, weeks = 0 }: Extract<DayWords, { kind: 'weekday' }>,
  calendar: SpokenCalendar,
): DayReading {
  const { today } = calendar;
  const ahead = (weekday - today.dayOfWeek + 7) % 7;
  const coming = today.add({ days: ahead });
  if (said === 'last') return justPassed(coming.subtract({ days: 7 }), [], calendar);
  if (said === 'after') return bookable(coming.add({ weeks }), calendar);
  const later = coming.add({ days: 7 });
  if (said === 'next') return ahead === 0 ? bookable(later, calendar) : which([coming, later], calendar);
  return ahead === 0 ? which([coming, later], calendar) : bookable(coming, calendar);
}

/** "Friday next week": clear, unless it hangs on whether a week begins on Sunday or on Monday. */
function ofWeek(
  { weekday, weeks }: Extract<DayWords, { kind: 'weekday-of-week' }>,
  calendar: SpokenCalendar,
): DayReading {
  const { today } = calendar;
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const sunday = today.subtract({ days: today.dayOfWeek % 7 });
  const readings = [
    monday.add({ days: weekday - 1 + weeks * 7 }),
    sunday.add({ days: (weekday % 7) + weeks * 7 }),
  ].sort(Temporal.PlainDate.compare);
  const [first, second] = readings;
  if (!first || !second) return missing();
  if (first.equals(second)) {
    if (isBefore(first, today)) return justPassed(first, [], calendar);
    return bookable(first, calendar);
  }
  return which(readings, calendar);
}

function wholeWeek(weeks: 0 | 1, calendar: SpokenCalendar): DayReading {
  const { today, lastDay } = calendar;
  const monday = today.add({ days: 1 - today.dayOfWeek + weeks * 7 });
  const from = isBefore(monday, today) ? today : monday;
  return isBefore(lastDay, from) ? tooFar(lastDay) : { kind: 'week', from, to: monday.add({ days: 6 }) };
}

/** R5, R6 */
function bookable(date: Temporal.PlainDate, calendar: SpokenCalendar): DayReading {
  if (isBefore(date, calendar.today)) return justPassed(date, [], calendar);
  return isBefore(calendar.lastDay, date) ? tooFar(calendar.lastDay) : { kind: 'day', date };
}

/** R7: the date and the weekday must agree. */
function confirmed(reading: DayReading, weekdays: number[], calendar: SpokenCalendar): DayReading {
  if (reading.kind !== 'day' || weekdays.every((weekday) => weekday === reading.date.dayOfWeek))
    return reading;
  return conflict(reading.date, weekdays, calendar);
}

function conflict(date: Temporal.PlainDate, weekdays: number[], calendar: SpokenCalendar): SpokenQuestion {
  const said = weekdays.filter((weekday) => weekday !== date.dayOfWeek);
  const nearest = said.flatMap((weekday) => {
    const ahead = (weekday - date.dayOfWeek + 7) % 7;
    return [date.add({ days: ahead > 3 ? ahead - 7 : ahead })];
  });
  const why = `${namedDay(date)} is a ${weekdayName(date.dayOfWeek)}, not a ${weekdayName(said[0] ?? 1)}`;
  return which([...nearest, date], calendar, why);
}

function justPassed(date: Temporal.PlainDate, weekdays: number[], calendar: SpokenCalendar): SpokenQuestion {
  const { today } = calendar;
  const weekday = weekdays[0] ?? date.dayOfWeek;
  const next = today.add({ days: (weekday - today.dayOfWeek + 7) % 7 });
  return {
    ...which([next], calendar, `That was ${fullDay(date)}, which has passed`),
    code: 'IN_THE_PAST',
  };
}

function which(days: Temporal.PlainDate[], calendar: SpokenCalendar, why?: string): SpokenQuestion {
  const choices = [...new Map(days.map((day) => [day.toString(), day])).values()]
    .filter((day) => !isBefore(day, calendar.today) && !isBefore(calendar.lastDay, day))
    .sort(Temporal.PlainDate.compare);
  const reason = why ? `${why}. ` : '';
  if (choices.length === 0)
    return ask('DATE_UNCLEAR', `${reason}Which day is meant? ${until(calendar.lastDay)}`);
  const names = choices.map((day) => fullDay(day));
  return ask('DATE_UNCLEAR', `${reason}Do you mean ${listed(names, 'or')}?`, choices.map(String));
}

const noSuchDay = (year: number | undefined, month: number, day: number): SpokenQuestion => {
  const named = year === undefined && monthName(month);
  const name = named ? `${named} ${day}` : isoDay(year ?? 0, month, day);
  const where = named && dateOf(2024, month, day) ? 'this year or next' : 'in the calendar';
  return ask('INVALID_TIME', `There is no ${name} ${where}. Ask for the date again.`);
};

const isoDay = (year: number, month: number, day: number): string =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;

const tooFar = (lastDay: Temporal.PlainDate): SpokenQuestion =>
  ask('BEYOND_HORIZON', `That is too far ahead. ${until(lastDay)} Ask for an earlier day.`);

const until = (lastDay: Temporal.PlainDate): string =>
  `Appointments can be booked until ${fullDay(lastDay)}.`;

export const ask = (code: SpokenQuestion['code'], say: string, choices: string[] = []): SpokenQuestion => ({
  kind: 'ask',
  code,
  say,
  choices,
});

function dateOf(year: number, month: number, day: number): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

const isBefore = (a: Temporal.PlainDate, b: Temporal.PlainDate): boolean =>
  Temporal.PlainDate.compare(a, b) < 0;
const daysBetween = (a: Temporal.PlainDate, b: Temporal.PlainDate): number => a.until(b).days;
const two = (number: number): string => String(number).padStart(2, '0');
