/** The words of a caller, or what a model made of them, taken apart. Pure grammar: what they mean today is decided in `read-spoken-day.ts` and `read-spoken-time.ts`. */
export interface SpokenWords {
  days: DayWords[];
  /** ISO weekdays that were said beside a date, as a check of it. */
  weekdays: number[];
  clock?: ClockWords;
  part?: DayPart;
  /** "Friday or Monday", "not the fifth": days are named, but not as a wish for them. */
  isVague: boolean;
  /** Something was left over that has nothing to do with a date. */
  hasMore: boolean;
}

export type DayWords =
  | { kind: 'date'; year?: number; month: number; day: number }
  | { kind: 'day-of-month'; day: number; months?: 0 | 1 }
  | { kind: 'relative'; days: number }
  | { kind: 'weekday'; weekday: number; which: 'coming' | 'next' | 'last' | 'after'; weeks?: number }
  | { kind: 'weekday-of-week'; weekday: number; weeks: 0 | 1 }
  | { kind: 'week'; weeks: 0 | 1 };

export interface ClockWords {
  hour: number;
  minute: number;
  half?: 'am' | 'pm';
  /** Written as on a 24-hour clock: 09:00, 14:30. */
  is24: boolean;
  /** "Z" or "-05:00" behind it, in minutes. */
  offset?: number;
}

export type DayPart = 'morning' | 'afternoon' | 'evening';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEKDAY =
  '(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)';
const YEAR = '(\\d{4}|20 \\d\\d)';
const OFFSET = '\\s*(z|utc|gmt|[+-]\\d{2}:?\\d{2})';

const monthOf = (word: string): number => MONTHS.indexOf(word.slice(0, 3)) + 1;
const weekdayOf = (word: string): number => WEEKDAYS.indexOf(word.slice(0, 3)) + 1;

/** Longer than any date; a model that recites the conversation is not believed. */
const LONGEST = 120;

/** @param monthFirst how the clinic's country writes 3/4. */
export function readWords(text: string, monthFirst: boolean): SpokenWords {
  const rest = new Rest(plain(text.slice(0, LONGEST)));
  const written = [...isoDates(rest), ...numericDates(rest, monthFirst), ...namedDates(rest)];
  const days = [...written, ...relativeDays(rest), ...daysOfMonth(rest)];
  const weekdays = namedWeekdays(rest);
  const weeks = wholeWeeks(rest);
  const found = readClock(rest);
  const part = readPart(rest);
  const isVague = rest.has(/\b(?:not|except|but|or|either|until|till|between|before|after|unless|any)\b/);
  rest.takeAll(/\b(?:on|in|at|by|the|of|for|please|around|about|day|date|time|clock)\b/);
  const hasMore = rest.has(/[^\s;,.]/) || text.length > LONGEST;
  // "for my 2 children" is no time of day.
  const clock = found?.isBare && hasMore && part === undefined ? undefined : found?.clock;
  return {
    days: days.length > 0 ? days : [...weekdays, ...weeks],
    // Beside a date a weekday only confirms it; the same word alone is the wish.
    weekdays: days.length > 0 ? weekdays.map(({ weekday }) => weekday) : [],
    ...(clock && { clock: { ...clock, ...(clock.half === undefined && halfOf(clock, part)) } }),
    ...(part && { part }),
    isVague,
    hasMore,
  };
}

/** "3 in the afternoon" */
const halfOf = ({ hour }: ClockWords, part: DayPart | undefined): { half?: 'am' | 'pm' } => {
  if (part === undefined || hour === 0 || hour > 12) return {};
  return { half: part === 'morning' ? 'am' : 'pm' };
};

/** What has not been understood yet. */
class Rest {
  #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  has(pattern: RegExp): boolean {
    return pattern.test(this.#text);
  }
  take(pattern: RegExp): (string | undefined)[] | undefined {
    const found = pattern.exec(this.#text);
    // A mark stays behind: what stood left and right of it does not become one phrase.
    if (found) this.#text = this.#text.replace(pattern, ' ; ');
    return found ? [...found] : undefined;
  }
  takeAll(pattern: RegExp): (string | undefined)[][] {
    const all: (string | undefined)[][] = [];
    for (let found = this.take(pattern); found; found = this.take(pattern)) all.push(found);
    return all;
  }
}

function isoDates(rest: Rest): DayWords[] {
  // Not behind a minus or a digit: "-2026-11-23" is another age.
  const date = /(?<![\d-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)(?:t(?=\d))?/;
  return rest.takeAll(date).map(([, year, month, day]) => ({
    kind: 'date',
    year: Number(year),
    month: Number(month),
    day: Number(day),
  }));
}

function numericDates(rest: Rest, monthFirst: boolean): DayWords[] {
  const withYear = /(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?![\d/.-]?\d)/;
  const shortYear = /(?<![\d/.-])(\d{1,2})([/.])(\d{1,2})\2(\d{2})(?![\d/.-]?\d)/;
  const withoutYear = /(?<![\d/.-])(\d{1,2})(\/)(\d{1,2})(?![\d/.-]?\d)/;
  return [withYear, shortYear, withoutYear].flatMap((pattern) =>
    rest.takeAll(pattern).map(([, first, , second, year]): DayWords => {
      const [a, b] = [Number(first), Number(second)];
      // The other order only when the country's own makes no month.
      const isMonthFirst = monthFirst ? a <= 12 || b > 12 : b > 12 && a <= 12;
      return {
        kind: 'date',
        ...(year !== undefined && { year: Number(year.length === 2 ? `20${year}` : year) }),
        ...(isMonthFirst ? { month: a, day: b } : { month: b, day: a }),
      };
    }),
  );
}

const NOT_A_TIME = '(?![\\d:]| ?[ap]m\\b)';
const MONTH_FIRST = new RegExp(
  `\\b${MONTH}\\.?(?: the)? (\\d{1,2})(?:st|nd|rd|th)?${NOT_A_TIME}(?:,? ${YEAR}\\b${NOT_A_TIME})?`,
);
const DAY_FIRST = new RegExp(
  `\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH}\\b\\.?(?:,? ${YEAR}\\b${NOT_A_TIME})?`,
);

function namedDates(rest: Rest): DayWords[] {
  const date = (month: string | undefined, day: string | undefined, year: string | undefined): DayWords => ({
    kind: 'date',
    month: monthOf(month ?? ''),
    day: Number(day),
    ...(year !== undefined && { year: Number(year.replace(' ', '')) }),
  });
  return [
    ...rest.takeAll(MONTH_FIRST).map(([, month, day, year]) => date(month, day, year)),
    ...rest.takeAll(DAY_FIRST).map(([, day, month, year]) => date(month, day, year)),
  ];
}

const RELATIVE: [RegExp, number][] = [
  [/\b(?:the )?day after tomorrow\b/, 2],
  [/\b(?:the )?day before yesterday\b/, -2],
  [/\btomorrow\b/, 1],
  [/\byesterday\b/, -1],
  [/\btoday\b/, 0],
];

const WEEKS_FROM = new RegExp(`\\b(\\d) weeks? (?:from|after|on) (?:this |coming |on )?${WEEKDAY}\\b`);

function relativeDays(rest: Rest): DayWords[] {
  const counted =
    /\b(?:in )?(\d{1,3}) (day|week)s?(?: time)?(?: (ago)| (?:from|after) (today|now|tomorrow))?\b/;
  const days: DayWords[] = rest.takeAll(WEEKS_FROM).map(([, weeks, name]) => ({
    kind: 'weekday',
    which: 'after',
    weeks: Number(weeks),
    weekday: weekdayOf(name ?? ''),
  }));
  for (const [, count, unit, ago, from] of rest.takeAll(counted)) {
    const ahead = Number(count) * (unit === 'week' ? 7 : 1);
    days.push({ kind: 'relative', days: ago ? -ahead : ahead + (from === 'tomorrow' ? 1 : 0) });
  }
  for (const [pattern, shift] of RELATIVE) {
    if (rest.take(pattern)) days.push({ kind: 'relative', days: shift });
  }
  return days;
}

function daysOfMonth(rest: Rest): DayWords[] {
  const day = /\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b(?: (?:of )?(this|next) month\b)?/;
  return rest.takeAll(day).map(([, number, month]) => ({
    kind: 'day-of-month',
    day: Number(number),
    ...(month !== undefined && { months: month === 'next' ? 1 : 0 }),
  }));
}

type WeekdayWords = Extract<DayWords, { weekday: number }>;

const DAY_THEN_WEEK = new RegExp(`\\b${WEEKDAY}(?: of)? (this|next|the following) week\\b`);
const WEEK_THEN_DAY = new RegExp(`\\b(this|next|the following) week(?: on)? ${WEEKDAY}\\b`);
const WEEKDAY_ALONE = new RegExp(
  `\\b(?:(this coming|this|next|coming|upcoming|last|past|following) )?${WEEKDAY}\\b\\.?`,
);

function namedWeekdays(rest: Rest): WeekdayWords[] {
  const ofWeek = (name = '', week = ''): WeekdayWords => ({
    kind: 'weekday-of-week',
    weekday: weekdayOf(name),
    weeks: week === 'this' ? 0 : 1,
  });
  const which = (word: string | undefined): 'coming' | 'next' | 'last' => {
    if (word === 'next' || word === 'following') return 'next';
    return word === 'last' || word === 'past' ? 'last' : 'coming';
  };
  return [
    ...rest.takeAll(DAY_THEN_WEEK).map(([, name, week]) => ofWeek(name, week)),
    ...rest.takeAll(WEEK_THEN_DAY).map(([, week, name]) => ofWeek(name, week)),
    ...rest.takeAll(WEEKDAY_ALONE).map(
      ([, word, name = '']): WeekdayWords => ({
        kind: 'weekday',
        weekday: weekdayOf(name),
        which: which(word),
      }),
    ),
  ];
}

const wholeWeeks = (rest: Rest): DayWords[] =>
  rest
    .takeAll(/\b(this|next|the following) week\b/)
    .map(([, week]) => ({ kind: 'week', weeks: week === 'this' ? 0 : 1 }));

function readPart(rest: Rest): DayPart | undefined {
  const [found] = rest.takeAll(/\b(?:in the )?(?:early |late )?(morning|afternoon|evening|night)\b/);
  const word = found?.[1];
  return word === 'night' ? 'evening' : (word as DayPart | undefined);
}

interface FoundClock {
  clock: ClockWords;
  /** Nothing but a number. */
  isBare?: boolean;
}

const HALF = '(?: ?(am|pm)\\b)?';
const PAST_OR_TO = new RegExp(
  `\\b(half|quarter|\\d{1,2})(?: minutes?)? (past|after|to|of|before|til) (\\d{1,2})\\b${HALF}`,
);
const WRITTEN = new RegExp(
  `(?<![\\d:.])(\\d{1,2}):(\\d{2})(?::\\d{2}(?:\\.\\d+)?)?(?![\\d:])${HALF}(?:${OFFSET})?`,
);

function readClock(rest: Rest): FoundClock | undefined {
  const past = rest.take(PAST_OR_TO);
  if (past) return { clock: shifted(past) };
  if (rest.take(/\b(?:12 )?(?:noon|midday)\b/)) {
    return { clock: { hour: 12, minute: 0, half: 'pm', is24: false } };
  }
  if (rest.take(/\b(?:12 )?midnight\b/)) return { clock: { hour: 0, minute: 0, is24: true } };
  const written = rest.take(WRITTEN);
  if (written) return { clock: clockOf(written) };
  const apart = rest.take(/(?<![\d:.])(\d{1,2})[.h ](\d{2}) ?(am|pm)?(?![\d:.])/);
  // Heard, not written: "ten thirty" is in the morning or in the evening.
  if (apart) return { clock: { ...clockOf(apart), is24: false } };
  const hour = rest.take(
    /(?:\b(at|around|about) )?(?<![\d:.])(\d{1,2})(?![\d:.]\d|\d)( oclock)?(?: ?(am|pm)\b)?/,
  );
  if (!hour) return undefined;
  const [, at, number, oclock, given] = hour;
  return { clock: clockOf(['', number, '', given]), isBare: !at && !oclock && !given };
}

function clockOf([, hour, minute, half, offset]: (string | undefined)[]): ClockWords {
  return {
    hour: Number(hour),
    minute: Number(minute || 0),
    ...(half && { half: half as 'am' | 'pm' }),
    is24: !half && Boolean(minute) && hour?.length === 2,
    ...(offset && { offset: offsetOf(offset) }),
  };
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** "half past nine", "ten to five" */
function shifted([, what, direction, of, half]: (string | undefined)[]): ClockWords {
  const minutes = what === 'half' ? 30 : what === 'quarter' ? 15 : Number(what);
  const isBefore = direction !== 'past' && direction !== 'after';
  const hour = Number(of) - (isBefore ? 1 : 0);
  return {
    // A quarter to one is 12:45.
    hour: hour === 0 && isBefore ? 12 : hour,
    minute: isBefore ? 60 - minutes : minutes,
    ...(half && { half: half as 'am' | 'pm' }),
    is24: false,
  };
}

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const NTH =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const TENS = ['twenty', 'thirty', 'forty', 'fifty'];
const NTH_TENS = ['twentieth', 'thirtieth'];
const WORD_VALUES = new Map<string, { value: number; isNth: boolean }>([
  ...UNITS.map((word, value) => [word, { value, isNth: false }] as const),
  ...NTH.map((word, value) => [word, { value, isNth: true }] as const),
  ...TENS.map((word, index) => [word, { value: (index + 2) * 10, isNth: false }] as const),
  ...NTH_TENS.map((word, index) => [word, { value: (index + 2) * 10, isNth: true }] as const),
]);

/** Lower case, digits for number words, "am" for "a.m."; nothing invisible. */
function plain(text: string): string {
  return (
    withDigits(
      text
        .normalize('NFKC')
        .toLowerCase()
        .replace(/\p{Cf}|\p{Cc}|\p{Co}|\p{Cs}/gu, ' ')
        .replace(/[’']/g, '')
        .replace(/\b([ap])\.? ?m\b\.?/g, '$1m')
        .replace(/(\d) ?([ap])\b(?!m)/g, '$1$2m')
        .replace(/(?<=\p{L})-(?=\p{L})/gu, ' ')
        .replace(/,/g, ' ')
        .replace(/\btonight\b/g, 'today evening')
        .replace(/\bthis (?=morning\b|afternoon\b|evening\b)/g, 'today ')
        .replace(/\s+/g, ' '),
    )
      // "nine oh five"
      .replace(/\b(\d{1,2}) (?:oh|o) (\d)\b/g, '$1 0$2')
      .replace(/\ban? (?=week|day)/g, '1 ')
      .replace(/\ba (?=quarter|half)/g, '')
      .trim()
  );
}

function withDigits(text: string): string {
  const words = text.split(' ');
  const digits: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const number = WORD_VALUES.get(word);
    const next = WORD_VALUES.get(words[index + 1] ?? '');
    if (number && TENS.includes(word) && next && next.value > 0 && next.value < 10) {
      digits.push(`${number.value + next.value}${next.isNth ? 'th' : ''}`);
      index += 1;
    } else {
      digits.push(number ? `${number.value}${number.isNth ? 'th' : ''}` : word);
    }
  }
  return digits.join(' ');
}
