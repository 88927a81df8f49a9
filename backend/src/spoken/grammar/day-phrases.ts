import { longest, pattern, type Reading } from './pattern.ts';

/** A day, a week or a month as it was said. What it is today is decided in `resolve-day.ts`. */
export type DayWords =
  /** `years`: counted from this one. `isEither`: 3/12, which may be the third of December as well. */
  | { kind: 'date'; year?: number; years?: number; month: number; day: number; isEither?: boolean }
  | { kind: 'day-of-month'; day: number; months?: number }
  | ({ kind: 'last-of-month' } & MonthWords)
  | ({ kind: 'nth-weekday'; nth: number; weekday: number } & MonthWords)
  | { kind: 'relative'; days: number }
  /** `isEvery`: "Wednesdays", which is no day to come on, but can be one to stay away. */
  | {
      kind: 'weekday';
      weekday: number;
      which: 'coming' | 'next' | 'last';
      isEvery?: boolean;
      isThis?: boolean;
    }
  | { kind: 'weekday-of-week'; weekday: number; weeks: number }
  /** The first such weekday after a day, or the last before it. */
  | { kind: 'weekday-beside'; weekday: number; side: 'after' | 'before'; of: DayWords }
  | { kind: 'shifted'; of: DayWords; days: number; months: number }
  | { kind: 'holiday'; name: string }
  /** About the past: "since Sunday", "born on the 5th of March". */
  | { kind: 'background' }
  | RangeWords;

export type RangeWords =
  | { kind: 'week'; weeks: number }
  | { kind: 'week-of'; of: DayWords }
  /** "the week after Thanksgiving" */
  | { kind: 'week-beside'; of: DayWords; weeks: number }
  | { kind: 'part-of-week'; weeks: number; part: Part }
  /** A number counts its weeks, from the end for -1. */
  | ({ kind: 'part-of-month'; part: Part | number } & MonthWords)
  | { kind: 'weekend'; which: string }
  | ({ kind: 'month' } & MonthWords);

/** A month by its name, or counted from this one. */
export interface MonthWords {
  month?: number;
  year?: number;
  months?: number;
}

export type Part = 'early' | 'mid' | 'late';

/** The longest day, week or month that begins at this place of the line. */
export function readDay(line: string, place: number): Reading<DayWords> | undefined {
  const readings = [longest(PLAIN, line, place), fromAnother(line, place)];
  const plain = readings[0];
  if (plain) readings.push(longer(line, plain));
  return readings.reduce((best, one) => (one && one.end > (best?.end ?? 0) ? one : best), undefined);
}

const NOT_A_TIME = 'am|pm|oclock|hundred|minute|hour';
const ahead = (which: string): number => ({ this: 0, coming: 0, next: 1, last: -1 })[which] ?? 0;
const numberOf = (term: string): number => Number(term.replace(/\D/g, ''));
const yearOf = (year: string) => (year ? { year: numberOf(year) } : {});
const date = (month: string, day: string, year = ''): Extract<DayWords, { kind: 'date' }> => ({
  kind: 'date',
  month: Number(month),
  day: Number(day),
  ...yearOf(year),
});

function writtenDate(text: string): DayWords {
  const [date = '', either] = text.split(':');
  const [year, month, day] = date.split('-');
  return {
    kind: 'date',
    ...(year && { year: Number(year) }),
    month: Number(month),
    day: Number(day),
    ...(either && { isEither: true }),
  };
}

const weekday = (which: string, day: string): DayWords => ({
  kind: 'weekday',
  weekday: Number(day),
  which: which === 'next' || which === 'last' ? which : 'coming',
  // "this Friday" names a day of its own, where "Friday" may only confirm one.
  ...((which === 'this' || which === 'coming') && { isThis: true }),
});
const inWeek = (day: string, weeks: number): DayWords => ({
  kind: 'weekday-of-week',
  weekday: Number(day),
  weeks,
});
const nth = (count: number, day: string, month: MonthWords): DayWords | undefined =>
  count > 5 ? undefined : { kind: 'nth-weekday', nth: count, weekday: Number(day), ...month };
const named = (month: string, year: string): MonthWords => ({ month: Number(month), ...yearOf(year) });

const part = (said: string): Part =>
  said === 'end' ? 'late' : said === 'beginning' ? 'early' : (said as Part);
const inMonth = (said: Part | number, month: MonthWords): DayWords => ({
  kind: 'part-of-month',
  part: said,
  ...month,
});
const weekIn = (count: string, month: MonthWords): DayWords | undefined =>
  Number(count) > 5 ? undefined : inMonth(count ? Number(count) : -1, month);

const PLAIN = [
  [pattern('DATE'), writtenDate],
  [
    pattern('the? ORD day? of? MONTH ,? YEAR?'),
    (day: string, month: string, year: string) => date(month, day, year),
  ],
  [
    pattern('the? NUM of? MONTH ,? YEAR?'),
    (day: string, month: string, year: string) => date(month, day, year),
  ],
  [pattern('MONTH the? DAY', NOT_A_TIME), (month: string, day: string) => date(month, day)],
  [pattern('MONTH the? DAY ,? YEAR', NOT_A_TIME), date],
  [
    pattern('MONTH the? DAY of? WHICH year'),
    (month: string, day: string, which: string): DayWords => ({ ...date(month, day), years: ahead(which) }),
  ],
  [
    pattern('the? ORD of? MONTH of? WHICH year'),
    (day: string, month: string, which: string): DayWords => ({ ...date(month, day), years: ahead(which) }),
  ],
  [pattern('the? last day of the|this year'), () => date('12', '31')],
  [pattern('the? ORD'), (day: string): DayWords => ({ kind: 'day-of-month', day: Number(day) })],
  [
    pattern('on the NUM', NOT_A_TIME),
    (day: string): DayWords => ({ kind: 'day-of-month', day: Number(day) }),
  ],
  [
    pattern('the? ORD day? of? WHICH month'),
    (day: string, which: string): DayWords => ({
      kind: 'day-of-month',
      day: Number(day),
      months: ahead(which),
    }),
  ],
  [
    pattern('the? ORD day? of the month'),
    (day: string): DayWords => ({ kind: 'day-of-month', day: Number(day) }),
  ],
  [
    pattern('the? last day of? MONTH YEAR?'),
    (month: string, year: string): DayWords => ({ kind: 'last-of-month', ...named(month, year) }),
  ],
  [pattern('the? last day of the month'), (): DayWords => ({ kind: 'last-of-month', months: 0 })],
  [
    pattern('the? last day of WHICH month'),
    (which: string): DayWords => ({ kind: 'last-of-month', months: ahead(which) }),
  ],
  [pattern('the? ORD WEEKDAY'), (count: string, day: string) => nth(Number(count), day, {})],
  [
    pattern('the? ORD WEEKDAY of|in MONTH ,? YEAR?'),
    (count: string, day: string, month: string, year: string) => nth(Number(count), day, named(month, year)),
  ],
  [
    pattern('the? last WEEKDAY of|in MONTH ,? YEAR?'),
    (day: string, month: string, year: string) => nth(-1, day, named(month, year)),
  ],
  [
    pattern('MONTH own ORD WEEKDAY'),
    (month: string, count: string, day: string) => nth(Number(count), day, named(month, '')),
  ],
  [pattern('the? ORD WEEKDAY of|in the month'), (count: string, day: string) => nth(Number(count), day, {})],
  [
    pattern('the? ORD WEEKDAY of|in? WHICH month'),
    (count: string, day: string, which: string) => nth(Number(count), day, { months: ahead(which) }),
  ],
  [pattern('the? this? past WEEKDAY'), (day: string) => weekday('last', day)],
  [pattern('the? HOLIDAY'), (name: string): DayWords => ({ kind: 'holiday', name })],
  [
    pattern('the? HOLIDAY week'),
    (name: string): DayWords => ({ kind: 'week-of', of: { kind: 'holiday', name } }),
  ],
  [
    pattern('the? BOUND of? in? the? WHICH week', 'on|WEEKDAY'),
    (said: string, which: string): DayWords => ({
      kind: 'part-of-week',
      weeks: ahead(which),
      part: part(said),
    }),
  ],
  [
    pattern('the? BOUND of|in the week', 'on|of|after|before|from|WEEKDAY'),
    (said: string): DayWords => ({ kind: 'part-of-week', weeks: 0, part: part(said) }),
  ],
  [
    pattern('the? BOUND of? in? MONTH YEAR?', 'DAY|ORD|the'),
    (said: string, month: string, year: string) => inMonth(part(said), named(month, year)),
  ],
  [
    pattern('the? BOUND of? in? WHICH month'),
    (said: string, which: string) => inMonth(part(said), { months: ahead(which) }),
  ],
  [pattern('the? BOUND of? in? the month'), (said: string) => inMonth(part(said), { months: 0 })],
  [
    pattern('the? ORD week of|in MONTH YEAR?', 'DAY|ORD|the'),
    (count: string, month: string, year: string) => weekIn(count, named(month, year)),
  ],
  [
    pattern('the? ORD week of|in WHICH month'),
    (count: string, which: string) => weekIn(count, { months: ahead(which) }),
  ],
  [
    pattern('the? last week of|in MONTH YEAR?', 'DAY|ORD|the'),
    (month: string, year: string) => weekIn('', named(month, year)),
  ],
  [pattern('the? last week of|in WHICH month'), (which: string) => weekIn('', { months: ahead(which) })],
  [pattern('later the? WHICH week'), (which: string): DayWords => ({ kind: 'week', weeks: ahead(which) })],
  [pattern('the? last WEEKDAY of|in the month'), (day: string) => nth(-1, day, { months: 0 })],
  [
    pattern('the? last WEEKDAY of|in? WHICH month'),
    (day: string, which: string) => nth(-1, day, { months: ahead(which) }),
  ],
  [pattern('later? today'), (): DayWords => ({ kind: 'relative', days: 0 })],
  [pattern('today later'), (): DayWords => ({ kind: 'relative', days: 0 })],
  [pattern('tomorrow'), (): DayWords => ({ kind: 'relative', days: 1 })],
  [pattern('yesterday'), (): DayWords => ({ kind: 'relative', days: -1 })],
  [pattern('the? day after tomorrow'), (): DayWords => ({ kind: 'relative', days: 2 })],
  [pattern('the? day before yesterday'), (): DayWords => ({ kind: 'relative', days: -2 })],
  [pattern('in COUNT UNIT time?'), (count: string, unit: string) => shifted(TODAY, count, unit, 1)],
  [pattern('COUNT UNIT ago'), (count: string, unit: string) => shifted(TODAY, count, unit, -1)],
  [pattern('the? WEEKDAY'), (day: string) => weekday('', day)],
  [
    pattern('WEEKDAYS'),
    (day: string): DayWords => ({ kind: 'weekday', weekday: Number(day), which: 'coming', isEvery: true }),
  ],
  [pattern('the? this? WHICH WEEKDAY'), weekday],
  [pattern('WEEKDAY gone|past|last'), (day: string) => weekday('last', day)],
  [pattern('WEEKDAY next'), (day: string) => weekday('next', day)],
  [pattern('WEEKDAY coming'), (day: string) => weekday('coming', day)],
  [pattern('WEEKDAY ,? of|in? the? WHICH week'), (day: string, which: string) => inWeek(day, ahead(which))],
  [pattern('the? WHICH week ,? on? the? WEEKDAY'), (which: string, day: string) => inWeek(day, ahead(which))],
  [pattern('WEEKDAY of? the? week after next'), (day: string) => inWeek(day, 2)],
  [pattern('the? week after next on? WEEKDAY'), (day: string) => inWeek(day, 2)],
  [pattern('the? WHICH week'), (which: string): DayWords => ({ kind: 'week', weeks: ahead(which) })],
  [pattern('the? week after next'), (): DayWords => ({ kind: 'week', weeks: 2 })],
  [pattern('the? weekend'), (): DayWords => ({ kind: 'weekend', which: 'this' })],
  [pattern('the? WHICH weekend'), (which: string): DayWords => ({ kind: 'weekend', which })],
  [pattern('in? WHICH month'), (which: string): DayWords => ({ kind: 'month', months: ahead(which) })],
  [
    pattern('in? MONTH YEAR?'),
    (month: string, year: string): DayWords => ({ kind: 'month', ...named(month, year) }),
  ],
] as const satisfies Parameters<typeof longest<DayWords>>[0];

const TODAY: DayWords = { kind: 'relative', days: 0 };

function shifted(of: DayWords, count: string, unit: string, sign: number): DayWords {
  const number = sign * (count === 'a' ? 1 : numberOf(count));
  const days = { day: 1, week: 7, fortnight: 14 }[unit] ?? 0;
  const months = { month: 1, year: 12 }[unit] ?? 0;
  return { kind: 'shifted', of, days: number * days, months: number * months };
}

const DISTANCE = pattern('in? COUNT UNIT from|after');
const DISTANCE_ON = pattern('COUNT UNIT on');
const FORTNIGHT = pattern('(fortnight) on?');
const DISTANCE_BEFORE = pattern('COUNT UNIT before');
/** "a week Wednesday", "a week today". */
const DISTANCE_ALONE = pattern('COUNT WEEKS');
const BACKGROUND = pattern('since|birth be? on?');
const NOW = pattern('now');
const NEIGHBOR = pattern('the? day SIDE');
const WEEKDAY_BESIDE = pattern('the? WEEKDAY SIDE');
const WEEK_OF = pattern('the? week of');
const WEEK_BESIDE = pattern('the week SIDE');

/** Days that are counted from another one, which stands behind. */
function fromAnother(line: string, place: number): Reading<DayWords> | undefined {
  const readings: (Reading<DayWords> | undefined)[] = [];
  const count = (taken: ReturnType<typeof DISTANCE.at>, sign: number, isNear = false) => {
    if (!taken) return;
    const [number = '', unit = ''] = taken.values;
    const now = NOW.at(line, taken.end);
    if (now && !isNear) readings.push({ value: shifted(TODAY, number, unit, sign), end: now.end });
    const base = longest(PLAIN, line, taken.end);
    if (!base || isRange(base.value) || (isNear && !isShort(base.value))) return;
    readings.push({ value: shifted(base.value, number, unit, sign), end: base.end });
  };
  count(DISTANCE.at(line, place), 1);
  count(DISTANCE_ON.at(line, place), 1);
  count(DISTANCE_BEFORE.at(line, place), -1);
  count(DISTANCE_ALONE.at(line, place), 1, true);
  const fortnight = FORTNIGHT.at(line, place);
  count(fortnight && { values: ['a', 'fortnight'], end: fortnight.end }, 1, true);
  const background = BACKGROUND.at(line, place);
  const past = background && longest(PLAIN, line, background.end);
  if (past) readings.push({ value: { kind: 'background' }, end: past.end });
  const neighbor = NEIGHBOR.at(line, place);
  const beside = neighbor && longest(PLAIN, line, neighbor.end);
  if (beside && !isRange(beside.value)) {
    const sign = neighbor.values[0] === 'after' ? 1 : -1;
    readings.push({ value: shifted(beside.value, 'a', 'day', sign), end: beside.end });
  }
  const named = WEEKDAY_BESIDE.at(line, place);
  const of = named && longest(PLAIN, line, named.end);
  if (of && !isRange(of.value)) {
    const side = named.values[1] === 'after' ? 'after' : 'before';
    const value: DayWords = { kind: 'weekday-beside', weekday: Number(named.values[0]), side, of: of.value };
    readings.push({ value, end: of.end });
  }
  const week = WEEK_OF.at(line, place);
  const inside = week && longest(PLAIN, line, week.end);
  if (inside && !isRange(inside.value))
    readings.push({ value: { kind: 'week-of', of: inside.value }, end: inside.end });
  const weekBeside = WEEK_BESIDE.at(line, place);
  const far = weekBeside && longest(PLAIN, line, weekBeside.end);
  if (far && !isRange(far.value)) {
    const weeks = weekBeside.values[0] === 'after' ? 1 : -1;
    readings.push({ value: { kind: 'week-beside', of: far.value, weeks }, end: far.end });
  }
  return readings.reduce((best, one) => (one && one.end > (best?.end ?? 0) ? one : best), undefined);
}

const isShort = (day: DayWords): boolean => day.kind === 'weekday' || day.kind === 'relative';

const BEHIND = pattern('WEEKS', 'of|after');

/** "Friday week", "tomorrow fortnight". */
function longer(line: string, { value, end }: Reading<DayWords>): Reading<DayWords> | undefined {
  const taken = isShort(value) && !isBygone(value) ? BEHIND.at(line, end) : undefined;
  return taken && { value: shifted(value, 'a', taken.values[0] ?? '', 1), end: taken.end };
}

/** A day that nobody can wish for any more: beside another day it only tells what happened. */
export function isBygone(day: DayWords): boolean {
  if (day.kind === 'background') return true;
  if (day.kind === 'relative') return day.days < 0;
  if (day.kind === 'shifted') return day.of === TODAY && day.days + day.months < 0;
  if (day.kind === 'weekday') return day.which === 'last';
  if (day.kind === 'week' || day.kind === 'weekday-of-week') return day.weeks < 0;
  if (day.kind === 'month') return (day.months ?? 0) < 0;
  return day.kind === 'date' && day.year !== undefined && day.year < BEFORE_ANY_MODEL;
}

/** A model's year is some years old; what is older is a date of birth. */
const BEFORE_ANY_MODEL = 2016;

export function isRange(day: DayWords): day is RangeWords {
  return RANGES.includes(day.kind);
}

const RANGES: DayWords['kind'][] = [
  'week',
  'week-of',
  'week-beside',
  'part-of-week',
  'part-of-month',
  'weekend',
  'month',
];

/** Names of one date alone; "Christmas" and "New Year's" may be the days around. */
const DATED_HOLIDAYS =
  'christmas-eve new-years-eve boxing-day halloween valentine st-patrick juneteenth veterans independence'.split(
    ' ',
  );

/** A holiday that moves, or lasts for days, is read back, never booked unasked. */
export function isOfHoliday(day: DayWords): boolean {
  // "the Tuesday after Memorial Day" names its weekday as well.
  if (day.kind === 'weekday-beside') return false;
  if (day.kind === 'holiday') return !DATED_HOLIDAYS.includes(day.name);
  return 'of' in day && isOfHoliday(day.of);
}
