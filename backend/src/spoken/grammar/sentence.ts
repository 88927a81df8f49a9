import { withoutAddresses } from './addresses.ts';
import type { ClockWords, DayPart, Move } from './clock-phrases.ts';
import { corrected } from './corrections.ts';
import { type DayWords, isBygone } from './day-phrases.ts';
import { completed } from './ellipses.ts';
import { excluded } from './exclusions.ts';
import { hoursOf } from './hours.ts';
import { boundedDay, hasRole, type Item, isWord, isZone, itemsOf, neighbor, type When } from './items.ts';
import { withoutPastEvents } from './past-events.ts';
import { readTerms } from './terms.ts';
import { joined, leftOver, unknown } from './unclear.ts';
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
  bounds: { side: 'after' | 'before'; clock: ClockWords; isOpen?: boolean }[];
  spans: { from: ClockWords; to: ClockWords }[];
  /** "after Friday", "by the 5th": a day that is not wished itself, or not it alone. */
  dayBounds: DayBound[];
  /** What is said from the appointment that is to be moved. */
  moves: Move[];
  /** "At eleven instead", of what is already there. */
  isInstead: boolean;
  /** The first and the last day of a span. */
  daySpan?: [DayWords, DayWords];
  prefer?: 'first' | 'last';
  /** Of each zone that the time was said in: an IANA name, `own` or `other`. */
  zones: string[];
  /** A word could change the day, or the hour. */
  isDayUnclear: boolean;
  isTimeUnclear: boolean;
  /** A word that nobody here knows stands where it could change the day, or the hour. */
  isDayUnknown: boolean;
  isTimeUnknown: boolean;
  /** "maybe", "probably": enough of a yes where the day and the hour stand beside it, and to nothing else. */
  isHedged: boolean;
  /** Something was said that has nothing to do with a day or an hour. */
  hasMore: boolean;
}

export interface DayBound {
  side: 'after' | 'from' | 'before' | 'until';
  day: DayWords;
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
  const said = itemsOf(completed(withoutAddresses(readTerms(text, vocabulary, monthFirst))));
  const { items: heard, unclear: past } = withoutPastEvents(hoursOf(said));
  const { items: wanted, notItems, unclear } = excluded(heard);
  const { items, unclear: more } = corrected(wanted);
  const reading = gathered(items, notItems);
  for (const what of [...past, ...unclear, ...more, ...joined(items), ...leftOver(items)]) {
    if (what !== 'time') reading.isDayUnclear = true;
    if (what !== 'day') reading.isTimeUnclear = true;
  }
  for (const what of unknown(items)) reading[what === 'day' ? 'isDayUnknown' : 'isTimeUnknown'] = true;
  reading.isInstead = heard.some((item) => isWord(item, 'instead'));
  reading.isHedged = items.some((item) => hasRole(item, 'hedge'));
  reading.hasMore = heard.some(
    (item) => isWord(item, '?', 'foreign', '!', '§', 'label') || item.is === 'number',
  );
  return reading;
}

const SIDES: Readonly<Record<string, DayBound['side']>> = {
  after: 'after',
  before: 'before',
  from: 'from',
  notbefore: 'from',
  atleast: 'from',
  until: 'until',
  by: 'until',
  notafter: 'until',
  atmost: 'until',
};

function gathered(items: Item[], notItems: When[]): Sentence {
  const all = <K extends Item['is']>(from: readonly Item[], kind: K) =>
    from.filter((item): item is Extract<Item, { is: K }> => item.is === kind);
  const wish = all(items, 'wish')[0];
  const daySpan = daySpanOf(items);
  const bounded = items.flatMap((item, at) => {
    const day = daySpan ? undefined : boundedDay(items, at);
    const side = item.is === 'word' ? SIDES[item.term] : undefined;
    return day && side ? [{ side, day }] : [];
  });
  const isEither = items.some(
    (item, at) => isWord(item, 'or', 'and', 'through', 'to') && isBetweenDays(items, at),
  );
  const days = all(items, 'day')
    .map(({ day }) => day)
    .filter((day) => !bounded.some((bound) => bound.day === day))
    .filter(
      (day, _at, said) => isEither || said.every(isBygone) || !isBygone(day) || isBesideAnother(items, day),
    );
  return {
    days: isEither ? alike(days) : together(days),
    dayBounds: bounded,
    zones: items.flatMap((item, at) => (item.is === 'zone' && isZone(items, at) ? [item.zone] : [])),
    notDays: all(notItems, 'day').map(({ day }) => day),
    isEither,
    clocks: all(items, 'clock').map(({ clock }) => clock),
    notClocks: all(notItems, 'clock').map(({ clock }) => clock),
    parts: all(items, 'part'),
    notParts: all(notItems, 'part'),
    bounds: [...all(items, 'bound'), ...all(notItems, 'bound').map(turned)],
    spans: all(items, 'span'),
    moves: all(items, 'move').map(({ move }) => move),
    isInstead: false,
    ...(daySpan && { daySpan }),
    ...(wish && { prefer: wish.prefer }),
    isDayUnclear: false,
    // "Not between two and four" leaves no one stretch of the day.
    isTimeUnclear: all(notItems, 'span').length > 0,
    isDayUnknown: false,
    isTimeUnknown: false,
    isHedged: false,
    hasMore: false,
  };
}

/** "Not before three" is from three on. */
function turned({ side, ...bound }: Sentence['bounds'][number]): Sentence['bounds'][number] {
  return { ...bound, side: side === 'after' ? 'before' : 'after', isOpen: false };
}

/** "Wednesday a week ago" is no wish beside another, but one of the past. */
function isBesideAnother(items: readonly Item[], day: DayWords): boolean {
  const at = items.findIndex((item) => item.is === 'day' && item.day === day);
  return [items[at - 1], items[at + 1]].some((one) => one?.is === 'day');
}

/** "the first or second Monday of January", "the 4th or 5th of January": the last one says of what. */
const alike = (days: readonly DayWords[]): DayWords[] =>
  days.map((day, at) => {
    const [before, after] = [days[at - 1], days[at + 1]];
    if (day.kind !== 'day-of-month' || day.months !== undefined) return day;
    if (after?.kind === 'nth-weekday') return { ...after, nth: day.day };
    if (after?.kind === 'date') return { ...after, day: day.day };
    return ofMonth(day.day, before, undefined);
  });

/** A month, a week or the date before complete what is said beside them: "in December, the 4th", "January 5th or 6th". */
function together(days: DayWords[]): DayWords[] {
  const month = days.find((day) => day.kind === 'month' || day.kind === 'part-of-month');
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

export const hasTime = (sentence: Sentence): boolean =>
  [sentence.clocks, sentence.parts, sentence.bounds, sentence.spans].some((some) => some.length > 0);
