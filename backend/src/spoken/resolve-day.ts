import { Temporal } from 'temporal-polyfill';
import { fullDay } from '../platform/local-time/day-names.ts';
import type { DayWords, MonthWords } from './grammar/day-phrases.ts';
import { holidayIn } from './holidays.ts';
import {
  ask,
  beyond,
  conflict,
  type DayReading,
  dateOf,
  isBefore,
  isoDay,
  justPassed,
  noSuchDay,
  type SpokenCalendar,
  type SpokenQuestion,
  which,
} from './spoken-questions.ts';

type Words<K extends DayWords['kind']> = Extract<DayWords, { kind: K }>;

/** What a day that was said is today; `weekdays` were said beside it, as a check of it. */
export function resolveDay(day: DayWords, weekdays: number[], calendar: SpokenCalendar): DayReading {
  if (day.kind === 'date') return ofCalendar(day, weekdays, calendar);
  return confirmed(unchecked(day, calendar), weekdays, calendar);
}

function unchecked(day: Exclude<DayWords, { kind: 'date' }>, calendar: SpokenCalendar): DayReading {
  const { today } = calendar;
  switch (day.kind) {
    case 'relative':
      return bookable(today.add({ days: day.days }), calendar);
    case 'weekday':
      return ofWeekday(day, calendar);
    case 'weekday-of-week':
      return ofWeek(day, calendar);
    case 'day-of-month':
      return ofMonth(day, calendar);
    case 'last-of-month':
      return endOfMonth(day, calendar);
    case 'nth-weekday':
      return nthWeekday(day, calendar);
    case 'background':
      return ask('DATE_UNCLEAR', 'Which day do you mean? Ask for the date.');
    case 'shifted':
    case 'weekday-beside':
      return counted(day, calendar);
    case 'week':
      return weekFrom(today.add({ days: 1 - today.dayOfWeek + day.weeks * 7 }), calendar);
    case 'week-of': {
      const inside = based(day.of, calendar);
      if ('kind' in inside) return inside;
      return weekFrom(inside.add({ days: 1 - inside.dayOfWeek }), calendar);
    }
    case 'week-beside': {
      const beside = based(day.of, calendar);
      if ('kind' in beside) return beside;
      const monday = beside.add({ days: 1 - beside.dayOfWeek + day.weeks * 7 });
      // "The week before Christmas" goes up to it.
      return day.weeks > 0
        ? weekFrom(monday, calendar)
        : range(monday, beside.subtract({ days: 1 }), calendar);
    }
    case 'part-of-week': {
      const monday = today.add({ days: 1 - today.dayOfWeek + day.weeks * 7 });
      const [first, last] = PARTS_OF_WEEK[day.part];
      return range(monday.add({ days: first }), monday.add({ days: last }), calendar);
    }
    case 'part-of-month':
      return partOfMonth(day, calendar);
    case 'holiday':
      return ofHoliday(day, calendar);
    case 'weekend':
      return ofWeekend(day, calendar);
    case 'month':
      return wholeMonth(day, calendar);
  }
}

/** A date with or without its year. */
function ofCalendar(day: Words<'date'>, weekdays: number[], calendar: SpokenCalendar): DayReading {
  const own = inOrder(day, weekdays, calendar);
  if (!day.isEither) return own;
  const other = inOrder({ ...day, month: day.day, day: day.month }, weekdays, calendar);
  if (other.kind !== 'day' || other.original !== undefined) return own;
  const { today } = calendar;
  // The other order is near, and needs no other year than the one that was given or that it is now.
  const isNear =
    day.year !== undefined || (today.until(other.date).days <= 14 && today.year === other.date.year);
  if (own.kind === 'day') {
    const isChanged = own.original !== undefined || (day.year === undefined && own.date.year !== today.year);
    return isNear && isChanged ? which([own.date, other.date], calendar) : own;
  }
  return isNear && own.kind === 'ask' && own.code !== 'DATE_UNCLEAR' ? which([other.date], calendar) : own;
}

function inOrder(
  { year: named, years, month, day }: Words<'date'>,
  weekdays: number[],
  calendar: SpokenCalendar,
): DayReading {
  const { today, lastDay } = calendar;
  const year = named ?? (years === undefined ? undefined : today.year + years);
  const exists = month >= 1 && month <= 12 && day >= 1 && dateOf(2024, month, day);
  if (!exists) return noSuchDay(year, month, day);
  const given = year === undefined ? undefined : dateOf(year, month, day);
  if (year !== undefined && year >= today.year && !given) return noSuchDay(year, month, day);
  if (given && !isBefore(given, today)) return confirmed(bookable(given, calendar), weekdays, calendar);

  // Last week's date is a slip of some days, not of a year: moving it on would book almost a year ahead.
  const recent = [today.year, today.year - 1]
    .flatMap((one) => dateOf(one, month, day) ?? [])
    .find((one) => isBefore(one, today) && one.until(today).days <= 7);
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
  return inAnotherYear({ original: isoDay(year, month, day), given, toCome, within }, weekdays, calendar);
}

interface PassedDate {
  original: string;
  given: Temporal.PlainDate | undefined;
  toCome: Temporal.PlainDate[];
  within: Temporal.PlainDate[];
}

function inAnotherYear(
  { original, given, toCome, within }: PassedDate,
  weekdays: number[],
  calendar: SpokenCalendar,
): DayReading {
  const passed = `${given ? fullDay(given) : original} has passed`;
  const [nextOne] = toCome;
  if (!nextOne)
    return ask(
      'IN_THE_PAST',
      `${passed}, and there’s no such day this year or next. Ask for the date again.`,
    );
  if (within.length === 0) {
    return ask(
      'IN_THE_PAST',
      `${passed}, and ${fullDay(nextOne)} is too far ahead. You can book up to ${fullDay(calendar.lastDay)}. Ask for the date again.`,
    );
  }
  const fits = within.filter((one) => weekdays.every((weekday) => weekday === one.dayOfWeek));
  const [only] = fits;
  if (fits.length === 1 && only) return { kind: 'day', date: only, original };
  if (fits.length > 1) return { ...which(fits, calendar, passed), code: 'IN_THE_PAST' };
  return conflict(within[0] ?? nextOne, weekdays, calendar);
}

/** "The 5th" is the next one; a month that has no such day is passed over, not rolled over. */
function ofMonth({ day, months }: Words<'day-of-month'>, calendar: SpokenCalendar): DayReading {
  const { today } = calendar;
  if (day < 1 || day > 31) return ask('INVALID_TIME', `No month has a day ${day}. Ask for the date again.`);
  const first = today.with({ day: 1 });
  if (months !== undefined) {
    const month = first.add({ months });
    const date = dateOf(month.year, month.month, day);
    return date ? bookable(date, calendar) : noSuchDay(month.year, month.month, day);
  }
  for (let ahead = 0; ahead <= 12; ahead += 1) {
    const month = first.add({ months: ahead });
    const date = dateOf(month.year, month.month, day);
    if (date && !isBefore(date, today)) return bookable(date, calendar);
  }
  return noSuchDay(undefined, today.month, day);
}

/** The first day of a month that was named, or counted from this one. */
function monthOf({ month, year, months }: MonthWords, { today }: SpokenCalendar): Temporal.PlainDate {
  const first = today.with({ day: 1 });
  if (month === undefined) return first.add({ months: months ?? 0 });
  return first.with({ year: year ?? (month < today.month ? today.year + 1 : today.year), month });
}

function endOfMonth(day: Words<'last-of-month'>, calendar: SpokenCalendar): DayReading {
  const first = monthOf(day, calendar);
  const last = first.with({ day: first.daysInMonth });
  // Said on the last day, it may mean the next month.
  if (!last.equals(calendar.today)) return bookable(last, calendar);
  const next = first.add({ months: 1 });
  return which([last, next.with({ day: next.daysInMonth })], calendar);
}

function nthWeekday(day: Words<'nth-weekday'>, calendar: SpokenCalendar): DayReading {
  const { today } = calendar;
  const inMonth = (first: Temporal.PlainDate): Temporal.PlainDate | undefined => {
    const count = first.daysInMonth;
    const ahead = (day.weekday - first.dayOfWeek + 7) % 7;
    const date = 1 + ahead + (day.nth < 0 ? Math.floor((count - 1 - ahead) / 7) : day.nth - 1) * 7;
    return date > count ? undefined : first.with({ day: date });
  };
  const first = monthOf(day, calendar);
  const date = inMonth(first);
  const none = ask('INVALID_TIME', 'That month doesn’t have that weekday so often. Ask for the date again.');
  if (day.month !== undefined || day.months !== undefined) return date ? bookable(date, calendar) : none;
  const next = inMonth(first.add({ months: 1 }));
  if (date?.equals(today)) return which([date, ...(next ? [next] : [])], calendar);
  const coming = date && !isBefore(date, today) ? date : next;
  return coming ? bookable(coming, calendar) : none;
}

/** "Friday" is the coming one; "next Friday" may be the coming one or the one after. */
function ofWeekday({ weekday, which: said }: Words<'weekday'>, calendar: SpokenCalendar): DayReading {
  const { today } = calendar;
  const ahead = (weekday - today.dayOfWeek + 7) % 7;
  const coming = today.add({ days: ahead });
  if (said === 'last') return justPassed(coming.subtract({ days: 7 }), [], calendar);
  const later = coming.add({ days: 7 });
  if (said === 'next') return ahead === 0 ? bookable(later, calendar) : which([coming, later], calendar);
  return ahead === 0 ? which([coming, later], calendar) : bookable(coming, calendar);
}

/** "Friday next week": clear, unless it depends on whether a week begins on Sunday or on Monday. */
function ofWeek({ weekday, weeks }: Words<'weekday-of-week'>, calendar: SpokenCalendar): DayReading {
  const { today } = calendar;
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const sunday = today.subtract({ days: today.dayOfWeek % 7 });
  const first = monday.add({ days: weekday - 1 + weeks * 7 });
  const second = sunday.add({ days: (weekday % 7) + weeks * 7 });
  return first.equals(second) ? bookable(first, calendar) : which([first, second], calendar);
}

/** The day that another one is counted from, whether it can be booked or not. */
function based(day: DayWords, calendar: SpokenCalendar): Temporal.PlainDate | SpokenQuestion {
  const { today } = calendar;
  if (day.kind === 'relative') return today.add({ days: day.days });
  if (day.kind === 'weekday' && day.which === 'coming') {
    return today.add({ days: (day.weekday - today.dayOfWeek + 7) % 7 });
  }
  const reading = resolveDay(day, [], { ...calendar, lastDay: today.add({ years: 3 }) });
  if (reading.kind === 'day' && reading.original === undefined) return reading.date;
  return reading.kind === 'ask' ? reading : ask('DATE_UNCLEAR', 'Which day do you mean? Ask for the date.');
}

function counted(day: Words<'shifted' | 'weekday-beside'>, calendar: SpokenCalendar): DayReading {
  const from = based(day.of, calendar);
  if ('kind' in from) {
    if (from.code !== 'DATE_UNCLEAR' || from.choices.length === 0) return from;
    const days = from.choices.flatMap((choice) => countedFrom(Temporal.PlainDate.from(choice), day) ?? []);
    return which(days, calendar);
  }
  const date = countedFrom(from, day);
  if (date) return bookable(date, calendar);
  return ask('DATE_UNCLEAR', 'That month doesn’t have that day. Ask for the date.');
}

function countedFrom(
  from: Temporal.PlainDate,
  day: Words<'shifted' | 'weekday-beside'>,
): Temporal.PlainDate | undefined {
  if (day.kind === 'weekday-beside') {
    const ahead = (day.weekday - from.dayOfWeek + 7) % 7;
    return from.add({ days: day.side === 'after' ? ahead || 7 : ahead - 7 });
  }
  try {
    return from.add({ days: day.days }).add({ months: day.months }, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

function weekFrom(monday: Temporal.PlainDate, calendar: SpokenCalendar): DayReading {
  return range(monday, monday.add({ days: 6 }), calendar);
}

const PARTS_OF_WEEK = { early: [0, 2], mid: [1, 3], late: [3, 6] } as const;
const PARTS_OF_MONTH = { early: [1, 10], mid: [11, 20], late: [21, 31] } as const;

function partOfMonth(day: Words<'part-of-month'>, calendar: SpokenCalendar): DayReading {
  const first = monthOf(day, calendar);
  const last = first.daysInMonth;
  const week = typeof day.part === 'number' ? (day.part < 0 ? last - 6 : day.part * 7 - 6) : undefined;
  if (week !== undefined && week > last)
    return ask('DATE_UNCLEAR', 'That month doesn’t have that week. Ask for the date.');
  const [from, to] = typeof day.part === 'number' ? [week ?? 1, (week ?? 1) + 6] : PARTS_OF_MONTH[day.part];
  return range(first.with({ day: from }), first.with({ day: Math.min(to, last) }), calendar);
}

/** The coming one; of one that has just passed either may be meant. */
function ofHoliday({ name }: Words<'holiday'>, calendar: SpokenCalendar): DayReading {
  const { today } = calendar;
  const dates = [today.year - 1, today.year, today.year + 1].flatMap(
    (year) => holidayIn(name, year, calendar.monthFirst) ?? [],
  );
  const next = dates.find((date) => !isBefore(date, today));
  const isRecent = dates.some((date) => isBefore(date, today) && date.until(today).days <= 30);
  if (!next || isRecent) return ask('DATE_UNCLEAR', 'Which day do you mean? Ask for the date.');
  return bookable(next, calendar);
}

function ofWeekend({ which: said }: Words<'weekend'>, calendar: SpokenCalendar): DayReading {
  const { today } = calendar;
  if (said === 'next') return ask('DATE_UNCLEAR', 'Which weekend do you mean? Ask for the date.');
  const saturday = today.add({ days: 6 - today.dayOfWeek - (said === 'last' ? 7 : 0) });
  return range(saturday, saturday.add({ days: 1 }), calendar);
}

function wholeMonth(day: Words<'month'>, calendar: SpokenCalendar): DayReading {
  const first = monthOf(day, calendar);
  return range(first, first.with({ day: first.daysInMonth }), calendar);
}

function range(first: Temporal.PlainDate, to: Temporal.PlainDate, calendar: SpokenCalendar): DayReading {
  const { today, lastDay } = calendar;
  if (isBefore(to, today)) return ask('IN_THE_PAST', 'That has passed. Ask for another day.');
  const from = isBefore(first, today) ? today : first;
  return isBefore(lastDay, from) ? beyond(lastDay) : { kind: 'week', from, to };
}

function bookable(date: Temporal.PlainDate, calendar: SpokenCalendar): DayReading {
  if (isBefore(date, calendar.today)) return justPassed(date, [], calendar);
  return isBefore(calendar.lastDay, date) ? beyond(calendar.lastDay) : { kind: 'day', date };
}

/** The date and the weekday must agree. */
function confirmed(reading: DayReading, weekdays: number[], calendar: SpokenCalendar): DayReading {
  if (reading.kind !== 'day' || weekdays.every((weekday) => weekday === reading.date.dayOfWeek))
    return reading;
  return conflict(reading.date, weekdays, calendar);
}
