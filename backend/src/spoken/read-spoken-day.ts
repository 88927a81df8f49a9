import { Temporal } from 'temporal-polyfill';
import { besideAppointment, dateOf } from './beside-appointment.ts';
import { type DayWords, isOfHoliday, isRange } from './grammar/day-phrases.ts';
import { ENGLISH } from './grammar/english.ts';
import { readSentence, type Sentence } from './grammar/sentence.ts';
import { resolveDay } from './resolve-day.ts';
import {
  ask,
  type DayReading,
  isBefore,
  type SpokenCalendar,
  type SpokenQuestion,
  which,
} from './spoken-questions.ts';

export type { DayReading, SpokenCalendar, SpokenQuestion } from './spoken-questions.ts';

/** What was said about the day, by the model and by the caller. */
export interface SpokenDayRequest {
  /** What the model made of it: `2026-11-23`, or words. */
  date?: string | undefined;
  /** The caller's own words. */
  words?: string | undefined;
  weekday?: string | undefined;
}

/** A request with its sentences read, and what was given. */
export interface Heard {
  date: Sentence;
  words: Sentence;
  weekday: Sentence;
  time: Sentence;
  given: SpokenDayRequest & { time?: string | undefined };
}

/** @param standing the appointment that is to be moved, on the clinic's clock. */
export function hear(given: Heard['given'], monthFirst: boolean, standing?: Temporal.PlainDateTime): Heard {
  const read = (text: string | undefined) =>
    besideAppointment(readSentence(text ?? '', ENGLISH, monthFirst), standing);
  const [date, words, weekday, time] = [
    read(given.date),
    read(given.words),
    read(given.weekday),
    read(given.time),
  ];
  const isDayOpen = [date, words, weekday, time].every(
    (one) => one.days.length + one.notDays.length + one.dayBounds.length === 0,
  );
  // "At eleven instead", "at eleven instead of ten": of the same day.
  const isChanged =
    words.isInstead ||
    words.notClocks.some(
      ({ hour, minute }) => hour % 12 === (standing?.hour ?? 0) % 12 && minute === standing?.minute,
    );
  const isOfThatDay = standing && isChanged && isDayOpen && !given.date?.trim();
  return { date, words: isOfThatDay ? { ...words, days: [dateOf(standing)] } : words, weekday, time, given };
}

/**
 * The requested day, or the question to ask. Never a day that has passed or cannot be booked yet, never one
 * that is not in the calendar, and none that the caller could be surprised by.
 */
export function readSpokenDay(request: SpokenDayRequest, calendar: SpokenCalendar): DayReading {
  return dayOf(
    hear({ date: request.date, words: request.words, weekday: request.weekday }, calendar.monthFirst),
    calendar,
  );
}

/** As `readSpokenDay`, of sentences that were read. */
export function dayOf(heard: Heard, calendar: SpokenCalendar): DayReading {
  const reading = searchedDayOf(heard, calendar);
  const days = [heard.date, heard.words, heard.time].flatMap((sentence) => sentence.days);
  const isNamedAlone = days.some(isOfHoliday) && !days.some((day) => !isOfHoliday(day) && !isRange(day));
  return isNamedAlone && reading.kind === 'day' ? unsure(reading, calendar) : reading;
}

/** As `dayOf`, for offering its free times: a holiday is a day as well. */
export function searchedDayOf(heard: Heard, calendar: SpokenCalendar): DayReading {
  const { date, words, weekday, time, given } = heard;
  const isModelReadable = !date.isDayUnclear && !date.isDayUnknown && !date.hasMore;
  const fromModel = isModelReadable || date.days.length > 1 ? [date] : [];
  const wished = [...fromModel, words, time].filter(({ days }) => days.length > 0);
  const days = wished.flatMap((sentence) => apart(sentence).days);
  const weekdays = [...named(weekday), ...wished.flatMap((sentence) => apart(sentence).weekdays)];
  // A number that is left over in the field of the time isn't a day.
  const said = [
    words,
    ...[time, weekday].filter(
      ({ days, notDays, dayBounds }) => days.length + notDays.length + dayBounds.length > 0,
    ),
  ];
  const isUnclear =
    [date, ...said].some(({ dayBounds }) => dayBounds.length > 0) || said.some((one) => one.isDayUnclear);
  const [weekdayOnly] = weekdays;
  if (days.length === 0 && !isUnclear && weekdayOnly !== undefined && !given.date) {
    days.push({ kind: 'weekday', weekday: weekdayOnly, which: 'coming' });
  }
  if (days.length === 0) {
    const text = [given.date, given.words].find((one) => one?.trim());
    const isVague =
      isUnclear ||
      (date.isDayUnclear && !date.hasMore) ||
      words.notDays.length > 0 ||
      date.notDays.length > 0;
    return text === undefined && !isUnclear ? missing() : unreadable(text ?? '', isVague);
  }
  const reading = merged(
    days.map((day) => resolveDay(day, weekdays, calendar)),
    calendar,
  );
  if (reading.kind === 'ask') return reading;
  const isHidden = fromModel.length === 0 && date.days.some((day) => !isIn(day, reading, calendar));
  const isUnknown = [words, time].some((sentence) => sentence.isDayUnknown) && date.days.length === 0;
  // "next Monday" beside a date names its own day, unless it may be that one.
  const isOther = wished.some(({ days }) =>
    days.some((day) => day.kind === 'weekday' && day.which === 'next' && !mayBe(day, reading, calendar)),
  );
  // "Maybe" isn't a yes to a day that only the model names.
  const isDoubted = words.isHedged && words.days.length === 0 && date.days.length > 0;
  if (isUnclear || isHidden || isUnknown || isOther || isDoubted) return unsure(reading, calendar);
  const excluded = [date, words, time, weekday].flatMap(({ notDays }) => notDays);
  return excluded.some((day) => isIn(day, reading, calendar)) ? unsure(reading, calendar) : reading;
}

/** Beside a date a weekday only confirms it; the same word alone is the request. */
function apart({ days, isEither }: Sentence): { days: DayWords[]; weekdays: number[] } {
  // "The second Monday of December, next Monday" may be two of them; "Monday the 14th, next Monday" is one.
  const isDated = days.some(({ kind }) => kind === 'date' || kind === 'day-of-month');
  const dates = days.filter(
    (day) => day.kind !== 'weekday' || day.isThis || (day.which === 'next' && !isDated),
  );
  const isPlaced = dates.some((day) => !isRange(day));
  if (!isPlaced || isEither) return { days, weekdays: [] };
  return { days: dates, weekdays: days.flatMap((day) => (day.kind === 'weekday' ? [day.weekday] : [])) };
}

const named = ({ days }: Sentence): number[] =>
  days.flatMap((day) => ('weekday' in day ? [day.weekday] : []));

const missing = (): SpokenQuestion =>
  ask('INVALID_TIME', 'The day is missing. Offer the times from checkAvailability and ask which one works.');

const unreadable = (text: string, isVague: boolean): SpokenQuestion =>
  isVague
    ? ask('DATE_UNCLEAR', 'It isn’t clear which day they mean. Ask for one day and its date.')
    : ask(
        'INVALID_TIME',
        `"${text.trim().slice(0, 40)}" doesn’t make sense as a date and time. Ask for the date again and write it as year-month-day, such as 2026-11-23.`,
      );

/** More was said than the day alone, and it may change the day. */
function unsure(reading: Exclude<DayReading, SpokenQuestion>, calendar: SpokenCalendar): SpokenQuestion {
  if (reading.kind === 'week') return unreadable('', true);
  return which([reading.date], calendar, 'I’m not sure which day you mean');
}

function merged(readings: DayReading[], calendar: SpokenCalendar): DayReading {
  const question = readings.find((reading) => reading.kind === 'ask');
  if (question) return question;
  const days = readings.filter((reading) => reading.kind === 'day');
  const weeks = readings.filter((reading) => reading.kind === 'week');
  const [first, ...more] = days;
  const [week, ...otherWeeks] = weeks;
  if (!first) {
    const isOne = week && otherWeeks.every(({ from, to }) => from.equals(week.from) && to.equals(week.to));
    return isOne ? week : unreadable('', true);
  }
  const others = more.filter(({ date }) => !date.equals(first.date));
  if (others.length > 0)
    return which(
      [first, ...others].map(({ date }) => date),
      calendar,
    );
  // "next week" beside a date of it is no other request.
  if (weeks.some(({ from, to }) => isBefore(first.date, from) || isBefore(to, first.date))) {
    return unreadable('', true);
  }
  return days.find(({ original }) => original !== undefined) ?? first;
}

/** Whether a day that is not wished is the one that was read. */
export function isIn(
  day: DayWords,
  reading: Exclude<DayReading, SpokenQuestion>,
  calendar: SpokenCalendar,
): boolean {
  const { from, to } = reading.kind === 'day' ? { from: reading.date, to: reading.date } : reading;
  // "not this Wednesday" leaves the one after.
  if (day.kind === 'weekday' && !day.isThis) return from.equals(to) && from.dayOfWeek === day.weekday;
  return mayBe(day, reading, calendar);
}

function mayBe(
  day: DayWords,
  reading: Exclude<DayReading, SpokenQuestion>,
  calendar: SpokenCalendar,
): boolean {
  const { from, to } = reading.kind === 'day' ? { from: reading.date, to: reading.date } : reading;
  const other = resolveDay(day, [], calendar);
  if (other.kind === 'day') return !isBefore(other.date, from) && !isBefore(to, other.date);
  if (other.kind === 'week') return !isBefore(from, other.from) && !isBefore(other.to, to);
  return other.choices.some((choice) => {
    const date = Temporal.PlainDate.from(choice);
    return !isBefore(date, from) && !isBefore(to, date);
  });
}
