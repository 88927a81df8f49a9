import { readTime, type TimeWords } from './clock-phrases.ts';
import { type DayWords, readDay } from './day-phrases.ts';
import { longest, pattern } from './pattern.ts';

/** A piece of a sentence: what is said of the day or the hour, or a word between. */
export type Item =
  | { is: 'day'; day: DayWords }
  | TimeWords
  /** A number that may be an hour, by what stands beside it. */
  | { is: 'number'; value: number; term: string }
  | { is: 'zone'; zone: string; isNear: boolean }
  | { is: 'wish'; prefer: 'first' | 'last' }
  /** A word of the grammar that joins or turns what stands around it. */
  | { is: 'word'; term: string; role?: Role };

/** Words that change nothing themselves, and tell a wish from what is only said. */
const ROLES = [
  'good',
  'free',
  'visit',
  'so',
  'me',
  'ask',
  'modal',
  'come',
  'they',
  'hedge',
  'keep',
  'event',
  'procedure',
  'would',
  'did',
  'own-did',
] as const;
export type Role = (typeof ROLES)[number];

/** What a word that was not understood could change. */
export type Unclear = 'day' | 'time' | 'both';

export type When = Extract<Item, { is: 'day' | 'clock' | 'span' | 'bound' | 'part' }>;

export const isWhen = (item: Item | undefined): item is When =>
  item !== undefined && ['day', 'clock', 'span', 'bound', 'part'].includes(item.is);

export const isTime = (item: Item): boolean => isWhen(item) && item.is !== 'day';

export const isWord = (item: Item | undefined, ...terms: string[]): boolean =>
  item?.is === 'word' && terms.includes(item.term);

export const hasRole = (item: Item | undefined, ...roles: Role[]): boolean =>
  item?.is === 'word' && item.role !== undefined && roles.includes(item.role);

/** "please", "can I", "I need" */
export const isRequest = (items: readonly Item[], at: number): boolean =>
  hasRole(items[at], 'ask') ||
  (hasRole(items[at], 'modal') && [items[at - 1], items[at + 1]].some((one) => hasRole(one, 'me')));

/** Numbers that are no time: "apartment 5", "I am 45", "my 2 kids", "3 years old". */
const COUNTED = [
  [pattern('PHONE'), () => '~'],
  [pattern('birth be? on? ,? ANY ANY YEAR'), () => '~'],
  [pattern('the n1', 'DAY|ORD|MONTH|of|HALF|oclock'), () => '~'],
  [pattern('label would? be|for|number|at? ANY'), () => '~'],
  [pattern('at? ANY UNKNOWN label'), () => '~'],
  [pattern('the? past|last NUM UNIT'), () => '~'],
  [pattern('been NUM UNIT', 'from|after|before|ago'), () => '~'],
  [pattern('mine ORD', 'WEEKDAY|MONTH|of'), () => '~'],
  [pattern('ORD label|things'), () => '~'],
  [pattern('label DAY'), () => '~'],
  [pattern('label LONG'), () => '~'],
  [pattern('age NUM', 'am|pm|oclock|in|tomorrow|today|day|week|month|year'), () => '~'],
  [pattern('age? NUM UNIT old'), () => '~'],
  [pattern('age? a? NUM year old'), () => '~'],
  [pattern('for|slot COUNT UNIT', 'from|after|before|ago|later|earlier|on|old'), () => 'lasting'],
  [pattern('NUM things'), () => '~'],
  [pattern('NUM ~ things'), () => '~'],
  [pattern('a NUM UNIT old'), () => '~'],
  // "that Friday", "any Friday", "a Friday": which one is not said.
  [pattern('vague of? WEEKDAY|UNIT|PART|SPELL|time|weekend|noon'), () => '!'],
  [pattern('that MONTH'), () => '!'],
] as const;

/** Which one is not said, unless a date stands beside it: "the 3rd, a Thursday". */
const DAY_HALF = pattern('HALF');
const SOME_WEEKDAY = pattern('that|a WEEKDAY');

/** Words that say nothing where no rule wanted them. */
const LOOSE = /^(this|coming|now|that|things|age|old|lunch|own|§)$/;

/** The sentence from left to right, each time by the rule that takes most of it. */
export function itemsOf(terms: readonly string[]): Item[] {
  const line = terms.map((term) => `${term} `).join('');
  const items: Item[] = [];
  for (let place = 0; place < line.length; ) {
    const day = readDay(line, place);
    const time = readTime(line, place);
    const counted = longest(COUNTED, line, place);
    const end = Math.max(day?.end ?? 0, time?.end ?? 0, counted?.end ?? 0);
    if (end > 0) {
      if (counted && counted.end === end) items.push({ is: 'word', term: counted.value });
      else if (day && day.end === end) items.push({ is: 'day', day: day.value });
      else if (time) items.push(time.value);
      // "Friday PM"
      const half = end === day?.end ? DAY_HALF.at(line, end) : undefined;
      if (half) items.push({ is: 'part', part: half.values[0] === 'am' ? 'morning' : 'pm' });
      place = half?.end ?? end;
      continue;
    }
    const term = line.slice(place, line.indexOf(' ', place));
    items.push(SOME_WEEKDAY.at(line, place) ? { is: 'word', term: 'some' } : itemOf(term));
    place += term.length + 1;
  }
  return items;
}

function itemOf(term: string): Item {
  if (/^[nz]\d+$/.test(term)) return { is: 'number', value: Number(term.slice(1)), term };
  if (/^(zone|near):/.test(term)) return { is: 'zone', zone: term.slice(5), isNear: term.startsWith('near') };
  if (term === 'soonest') return { is: 'wish', prefer: 'first' };
  if (term === 'latest') return { is: 'wish', prefer: 'last' };
  const role = ROLES.find((one) => one === term);
  if (role) return { is: 'word', term: '~', role };
  if (term === 'ish') return { is: 'word', term: '?' };
  if (term === '?did') return { is: 'word', term: '?', role: 'own-did' };
  if (term === 'had') return { is: 'word', term: 'has', role: 'own-did' };
  return { is: 'word', term: LOOSE.test(term) ? '~' : term };
}

const BETWEEN_DAYS = 'lasting of are was has have when slot been time ~ be the a on , at in for or and'.split(
  ' ',
);

/** The next item that says something. */
export function neighbor(items: readonly Item[], at: number, step: 1 | -1): Item | undefined {
  let next = at + step;
  while (isWord(items[next], ...BETWEEN_DAYS)) next += step;
  return items[next];
}

/** "10 Eastern", "10 am, EST"; but "the Pacific office" is no zone. */
export function isZone(items: readonly Item[], at: number): boolean {
  const item = items[at];
  if (item?.is !== 'zone') return false;
  if (!item.isNear) return true;
  let before = at - 1;
  while (isWord(items[before], ',', '~', 'in', 'time') || items[before]?.is === 'zone') before -= 1;
  const [time, next] = [items[before], items[at + 1]];
  const isLast =
    next === undefined || isWhen(next) || next.is === 'zone' || isWord(next, ',', 'time', 'on', '~');
  return isLast && time !== undefined && (isTime(time) || time.is === 'number');
}

/** The day behind "after" and the like: "after Friday". */
export function boundedDay(items: readonly Item[], at: number): DayWords | undefined {
  const isBound = isWord(
    items[at],
    'after',
    'before',
    'until',
    'by',
    'from',
    'notbefore',
    'notafter',
    'atleast',
    'atmost',
  );
  const next = isBound ? neighbor(items, at, 1) : undefined;
  return next?.is === 'day' ? next.day : undefined;
}
