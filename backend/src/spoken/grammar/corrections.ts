import type { DayWords } from './day-phrases.ts';
import { type Item, isTime, isWhen, isWord, type Unclear } from './items.ts';

const TURNS = ['fix', 'no', 'strike', 'instead'];

/** Puts what was said later in the place of what it corrects: "Wednesday at 10, make that 11". */
export function corrected(heard: readonly Item[]): { items: Item[]; unclear: Unclear[] } {
  const unclear: Unclear[] = [];
  let left: Item[] = [];
  /** The caller went back on what they said, and has not said anything else so far. */
  let isOpen = false;
  for (const part of partsOf(heard)) {
    const turn = isWord(part[0], ...TURNS) ? part[0] : undefined;
    const right = turn ? part.slice(1) : part;
    const half = halfIn(right);
    if (!turn || !left.some(isWhen)) {
      // Nothing has been said yet that it could turn: "no, Friday at ten".
      // "Scratch Friday" and "no Friday" want none.
      if (isWord(turn, 'strike') || (isWord(turn, 'no') && isWhen(right[0]))) unclear.push('both');
      // "Hm, no", and nothing else: beside what a model made of it, the caller does not want that.
      if (isWord(turn, 'no') && !heard.some(isWhen) && !(turn && isArticle(turn, right)))
        unclear.push('both');
      left = [...left, ...right];
    } else if (!right.some(isWhen) && half && left.some(({ is }) => is === 'clock')) {
      left = left.map((item) =>
        item.is === 'clock' ? { is: 'clock', clock: { ...item.clock, half } } : item,
      );
      isOpen = false;
    } else if (!right.some(isWhen)) {
      // "Friday at ten, sorry": a manner of speaking. "Friday at ten, no": the caller goes back on it.
      isOpen ||= !isWord(turn, 'fix', 'instead') && !isArticle(turn, right);
      left = [...left, ...right];
    } else if (isWord(turn, 'instead') || isArticle(turn, right)) {
      unclear.push('both');
      left = [...left, ...right];
    } else {
      // "Tomorrow, no, at ten": it does not say what it takes back.
      if (!isWord(turn, 'fix') && !isReplacing(left, right)) unclear.push('both');
      left = replaced(left, right, unclear);
      isOpen = false;
    }
  }
  if (isOpen) unclear.push('both');
  return { items: left, unclear };
}

/** "at two am, I mean pm" */
function halfIn(right: readonly Item[]): 'am' | 'pm' | undefined {
  const [word] = right.filter((item) => !isWord(item, ','));
  return isWord(word, 'am') ? 'am' : isWord(word, 'pm') ? 'pm' : undefined;
}

function partsOf(items: readonly Item[]): Item[][] {
  const parts: Item[][] = [[]];
  for (const item of items) {
    if (isWord(item, ...TURNS)) parts.push([]);
    parts.at(-1)?.push(item);
  }
  return parts;
}

/** "no insurance": a word of the sentence, which corrects nothing. */
const isArticle = (turn: Item, right: readonly Item[]): boolean =>
  isWord(turn, 'no') && isWord(right[0], '?', 'label', 'things');

const isReplacing = (left: readonly Item[], right: readonly Item[]): boolean =>
  [left, right].every((side) => side.some(({ is }) => is === 'day')) ||
  [left, right].every((side) => side.some(isTime));

const isDate = (item: Item): boolean =>
  item.is === 'day' && ['date', 'day-of-month', 'month'].includes(item.day.kind);

function replaced(left: readonly Item[], right: readonly Item[], unclear: Unclear[]): Item[] {
  const days = left.filter((item) => item.is === 'day');
  const newDays = right.filter((item) => item.is === 'day');
  const hasNewTime = right.some((item) => isTime(item) && item.is !== 'part');
  const hasNewPart = right.some(({ is }) => is === 'part');
  const [newDate] = newDays.filter(isDate);
  const date = days.findLast(isDate);
  // "Thursday the fourth, sorry, the third" is a Thursday still, or it is asked.
  const gone = newDate && newDays.length === 1 && date ? days.filter(isDate) : newDays.length > 0 ? days : [];
  const newDay = newDate ?? newDays.at(-1);
  const from = newDate ? (date ?? days.at(-1)) : days.at(-1);
  const inherited = newDay && from ? inheriting(newDay.day, from.day) : newDay?.day;
  if (newDay && !inherited) unclear.push('day');
  const kept = left.filter((item) => {
    if (item.is === 'day') return !gone.includes(item);
    if (item.is === 'part') return !hasNewPart;
    return !(isTime(item) && hasNewTime) && !(item.is === 'zone' && hasNewTime);
  });
  const said = right.map(
    (item): Item => (item === newDay && inherited ? { is: 'day', day: inherited } : item),
  );
  return [...kept, { is: 'word', term: ',' }, ...said];
}

/** "January 5th, no, the 6th" is in January as well; of what week a new weekday is may be unclear. */
function inheriting(day: DayWords, from: DayWords): DayWords | undefined {
  if (day.kind === 'day-of-month' && day.months === undefined) {
    if (from.kind === 'date') return { ...from, day: day.day, isEither: false };
    if (from.kind === 'day-of-month') return { ...from, day: day.day };
    return ['weekday', 'relative'].includes(from.kind) ? day : undefined;
  }
  if (day.kind === 'month' && day.month !== undefined && ['date', 'day-of-month'].includes(from.kind)) {
    const { month, year } = day;
    return 'day' in from
      ? { kind: 'date', month, day: from.day, ...(year !== undefined && { year }) }
      : undefined;
  }
  if (day.kind === 'weekday' && day.which === 'coming') {
    if (from.kind === 'weekday') return from.which === 'coming' ? day : undefined;
    return from.kind === 'relative' && Math.abs(from.days) < 3 ? day : undefined;
  }
  return day;
}
