import type { ClockWords, DayPart } from './clock-phrases.ts';
import { corrected } from './corrections.ts';
import type { DayWords } from './day-phrases.ts';
import { excluded } from './exclusions.ts';
import { hoursOf } from './hours.ts';
import { type Item, isTime, isWhen, isWord, itemsOf, type Unclear, type When } from './items.ts';
import { readTerms } from './terms.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a sentence says of the day and the hour, and whether a word in it could say something else. */
export interface Sentence {
  days: DayWords[];
  notDays: DayWords[];
  /** The days were joined by "or" and the like: one does not only confirm the other. */
  isEither: boolean;
  clocks: ClockWords[];
  notClocks: ClockWords[];
  parts: PartWords[];
  notParts: PartWords[];
  bounds: { side: 'after' | 'before'; clock: ClockWords }[];
  spans: { from: ClockWords; to: ClockWords }[];
  /** The first and the last day of a span. */
  daySpan?: [DayWords, DayWords];
  prefer?: 'first' | 'last';
  /** Of a zone that the time was said in: an IANA name, or `other`. */
  zone?: string;
  /** A word could change the day, or the hour. */
  isDayUnclear: boolean;
  isTimeUnclear: boolean;
  /** A word that nobody here knows stands where it could change the day, or the hour. */
  isDayUnknown: boolean;
  isTimeUnknown: boolean;
  /** Something was said that has nothing to do with a day or an hour. */
  hasMore: boolean;
}

export interface PartWords {
  part?: DayPart;
  edge?: 'early' | 'late' | 'mid';
}

/**
 * Reads a whole sentence: every word of it is a part of what is read, is known to change nothing, or makes it
 * unclear. Nothing is dropped.
 * @param monthFirst how the clinic's country writes 3/4.
 */
export function readSentence(text: string, vocabulary: Vocabulary, monthFirst: boolean): Sentence {
  const heard = hoursOf(itemsOf(readTerms(text, vocabulary, monthFirst)));
  const { items: wanted, notItems, unclear } = excluded(heard);
  const { items, unclear: more } = corrected(wanted);
  const reading = gathered(items, notItems);
  for (const what of [...unclear, ...more, ...joined(items), ...leftOver(items)]) {
    if (what !== 'time') reading.isDayUnclear = true;
    if (what !== 'day') reading.isTimeUnclear = true;
  }
  for (const what of unknown(items)) reading[what === 'day' ? 'isDayUnknown' : 'isTimeUnknown'] = true;
  reading.hasMore = heard.some(
    (item) => isWord(item, '?', 'foreign', '!', '§', 'label') || item.is === 'number',
  );
  return reading;
}

function gathered(items: Item[], notItems: When[]): Sentence {
  const all = <K extends Item['is']>(from: readonly Item[], kind: K) =>
    from.filter((item): item is Extract<Item, { is: K }> => item.is === kind);
  const wish = all(items, 'wish')[0];
  const zone = zoneOf(items);
  const daySpan = daySpanOf(items);
  return {
    days: together(all(items, 'day').map(({ day }) => day)),
    notDays: all(notItems, 'day').map(({ day }) => day),
    isEither: items.some(
      (item, at) => isWord(item, 'or', 'and', 'through', 'to') && isBetweenDays(items, at),
    ),
    clocks: all(items, 'clock').map(({ clock }) => clock),
    notClocks: all(notItems, 'clock').map(({ clock }) => clock),
    parts: all(items, 'part'),
    notParts: all(notItems, 'part'),
    bounds: all(items, 'bound'),
    spans: all(items, 'span'),
    ...(daySpan && { daySpan }),
    ...(wish && { prefer: wish.prefer }),
    ...(zone && { zone }),
    isDayUnclear: false,
    isTimeUnclear: false,
    isDayUnknown: false,
    isTimeUnknown: false,
    hasMore: false,
  };
}

/** A month, a week or the date before complete what is said beside them: "in December, the 4th", "January 5th or 6th". */
function together(days: DayWords[]): DayWords[] {
  const month = days.find((day) => day.kind === 'month');
  const week = days.find((day) => day.kind === 'week');
  const whole: DayWords[] = [];
  for (const day of days) {
    const before = whole.at(-1);
    if (day.kind === 'day-of-month' && day.months === undefined) whole.push(ofMonth(day.day, before, month));
    else if (day.kind === 'weekday' && day.which === 'coming' && week?.kind === 'week') {
      whole.push({ kind: 'weekday-of-week', weekday: day.weekday, weeks: week.weeks });
    } else whole.push(day);
  }
  const isNamed = whole.some(
    (day) => day.kind === 'date' && month?.kind === 'month' && day.month === month.month,
  );
  const isPlaced = whole.some(
    (day) => day.kind === 'weekday-of-week' && week?.kind === 'week' && day.weeks === week.weeks,
  );
  return whole.filter((day) => !(isNamed && day === month) && !(isPlaced && day === week));
}

function ofMonth(day: number, before: DayWords | undefined, month: DayWords | undefined): DayWords {
  if (before?.kind === 'date') return { ...before, day, isEither: false };
  if (before?.kind === 'day-of-month' && before.months !== undefined) return { ...before, day };
  if (month?.kind === 'month' && month.month !== undefined) {
    return { kind: 'date', month: month.month, day, ...(month.year !== undefined && { year: month.year }) };
  }
  if (month?.kind === 'month' && month.months !== undefined) {
    return { kind: 'day-of-month', day, months: month.months };
  }
  return { kind: 'day-of-month', day };
}

const BETWEEN_DAYS = ['time', '~', 'be', 'the', 'a', 'on', ',', 'at', 'in', 'for', 'or', 'and'];

function neighbor(items: readonly Item[], at: number, step: 1 | -1): Item | undefined {
  let next = at + step;
  while (isWord(items[next], ...BETWEEN_DAYS)) next += step;
  return items[next];
}

const isBetweenDays = (items: readonly Item[], at: number): boolean =>
  neighbor(items, at, -1)?.is === 'day' && neighbor(items, at, 1)?.is === 'day';

function daySpanOf(items: readonly Item[]): [DayWords, DayWords] | undefined {
  for (const [at, item] of items.entries()) {
    const isRange =
      isWord(item, 'to', 'through', 'until') ||
      (isWord(item, 'and') && items.slice(0, at).some((one) => isWord(one, 'between')));
    const [left, right] = [neighbor(items, at, -1), neighbor(items, at, 1)];
    if (isRange && left?.is === 'day' && right?.is === 'day') return [left.day, right.day];
  }
  return undefined;
}

/** A zone is one behind a time; "the Pacific office" is none. */
function zoneOf(items: readonly Item[]): string | undefined {
  for (const [at, item] of items.entries()) {
    const before = isWord(items[at - 1], ',') ? items[at - 2] : items[at - 1];
    if (item.is === 'zone' && before && (isTime(before) || before.is === 'number')) return item.zone;
  }
  return undefined;
}

/** "or" between two days or two times leaves both, and the reader asks; between others it is unclear itself. */
function joined(items: readonly Item[]): Unclear[] {
  return items.flatMap((item, at): Unclear[] => {
    const [left, right] = [neighbor(items, at, -1), neighbor(items, at, 1)];
    if (isWord(item, 'or')) {
      if (isWhen(left) && isWhen(right) && (left.is === 'day') === (right.is === 'day')) return [];
      return [ofWhatIsLeft(items, at)];
    }
    // "at ten to": the rest was not heard.
    if (
      isWord(item, 'to') &&
      isTime(items[at - 1] ?? item) &&
      (items[at + 1] === undefined || isWord(items[at + 1], ','))
    )
      return ['time'];
    if (!isWord(item, 'to', 'through') || !isWhen(left) || !isWhen(right)) return [];
    return [left.is === 'day' ? 'day' : 'time', right.is === 'day' ? 'day' : 'time'];
  });
}

/** Behind the only day a condition leaves the day as it is: "Friday, unless you have nine". */
function ofWhatIsLeft(items: readonly Item[], at: number): Unclear {
  const isDay = ({ is }: Item) => is === 'day';
  return items.slice(0, at).some(isDay) && !items.slice(at).some(isDay) ? 'time' : 'both';
}

const isWeekday = (item: Item | undefined): boolean => item?.is === 'day' && item.day.kind === 'weekday';

const isBesideDay = (items: readonly Item[], at: number): boolean =>
  [items[at - 1], items[at + 1]].some((one) => one?.is === 'day' || isWord(one, 'the', 'on', 'to'));

/** Words of the grammar that may stand without a reading of their own. */
const WITHOUT_HARM = [
  'time',
  '~',
  'be',
  ',',
  'a',
  'the',
  'on',
  'in',
  'at',
  'for',
  'and',
  'but',
  'mine',
  'label',
  'to',
  '?',
  'foreign',
  'or',
  'am',
];
/** Harmless, unless a day or an hour follows: "calling from Boston", "by bus". */
const BEFORE_A_TIME = ['from', 'by', 'through', 'around'];
const OF_DAYS = [
  'next',
  'last',
  'that',
  'every',
  'day',
  'week',
  'fortnight',
  'month',
  'year',
  'weekend',
  'ago',
];
const OF_HOURS = [
  'hour',
  'minute',
  'oclock',
  'pm',
  'half',
  'quarter',
  'hundred',
  'later',
  'zero',
  'thousand',
  'past',
];

function leftOver(items: readonly Item[]): Unclear[] {
  return items.flatMap((item, at): Unclear[] => {
    if (item.is === 'unclear time') return ['time'];
    // "the first available Friday" may be any of them.
    if (item.is === 'wish') return isWeekday(items[at + 1]) && items[at - 1]?.is !== 'day' ? ['day'] : [];
    if (item.is === 'number') return [isBesideDay(items, at) ? 'both' : 'time'];
    if (item.is === 'zone') return zoneOf(items) === undefined && isWhen(items[at + 1]) ? ['both'] : [];
    if (item.is !== 'word' || WITHOUT_HARM.includes(item.term)) return [];
    if (BEFORE_A_TIME.includes(item.term)) {
      const next = neighbor(items, at, 1);
      if (item.term === 'around' && items[at - 1]?.is === 'day') return ['day'];
      return isWhen(next) || next?.is === 'number' ? [next.is === 'day' ? 'day' : 'time'] : [];
    }
    if (OF_HOURS.includes(item.term)) return ['time'];
    if (item.term === 'some') return items.some((one) => one.is === 'day' && !isWeekday(one)) ? [] : ['day'];
    if (OF_DAYS.includes(item.term)) return ['day'];
    return [ofWhatIsLeft(items, at)];
  });
}

/** Where a group of words of no meaning begins: "a mammogram Wednesday" wants something, "on Ash Wednesday" names a day. */
const OPENS_A_NAME = ['time', '~', 'be', 'a', 'mine', 'for', 'label'];

function unknown(items: readonly Item[]): Unclear[] {
  return items.flatMap((item, at): Unclear[] => {
    if (!isWord(item, '?') && (item.is !== 'zone' || zoneOf(items) !== undefined)) return [];
    const [before, after] = [items[at - 1], items[at + 1]];
    // "Wednesday is awful" may be no wish at all, "10 Lagos time" is said in a zone.
    const subject = isWord(before, 'be') ? items[at - 2] : undefined;
    if (isWhen(subject)) return [subject.is === 'day' ? 'day' : 'time'];
    if (isWhen(before) && before.is !== 'day') return ['time'];
    if (before?.is === 'day' && ['weekday', 'relative'].includes(before.day.kind)) return ['day'];
    if (!isWhen(after)) return [];
    let opener = at - 1;
    while (isWord(items[opener], '?')) opener -= 1;
    if (isWord(items[opener], ...OPENS_A_NAME)) return [];
    // "mammogram 10 am Friday": what is wanted comes first; only a weekday has names before it.
    if ((opener < 0 || isWord(items[opener], ',')) && !isWeekday(after)) return [];
    return [after.is === 'day' ? 'day' : 'time'];
  });
}

export const hasTime = (sentence: Sentence): boolean =>
  [sentence.clocks, sentence.parts, sentence.bounds, sentence.spans].some((some) => some.length > 0);
