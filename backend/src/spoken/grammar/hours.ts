import { type Item, isWhen, isWord } from './items.ts';

/** A number is an hour only where it is said as one: beside a day or a part of it, as another time, or alone. */
export function hoursOf(items: readonly Item[]): Item[] {
  const hasClock = items.some(({ is }) => is === 'clock');
  const isAlone = items.every(
    (item) => item.is === 'number' || isWord(item, 'time', '~', 'be', ',', 'the', 'at', 'for', 'a'),
  );
  return items.map((item, at): Item => {
    if (item.is !== 'number' || item.value > 24) return item;
    const before = items[at - 1];
    const isBehindWeekday = before?.is === 'day' && before.day.kind === 'weekday';
    if (isBehindWeekday && hasClock && item.value > 0) {
      return { is: 'day', day: { kind: 'day-of-month', day: item.value } };
    }
    const numbers = items.filter(({ is }) => is === 'number').length;
    if (!isHour(items, at) && !(isAlone && numbers === 1)) return item;
    if (isBehindWeekday && item.value > 12) return item;
    const maybeDay = isBehindWeekday ? { maybeDay: item.value } : {};
    return { is: 'clock', clock: { hour: item.value, minute: 0, is24: false, ...maybeDay } };
  });
}

const NAMES_SOMETHING = ['?', 'label', 'mine', 'age', 'the', '!', 'things'];
const BEFORE_A_DAY = ['on', 'in', 'at', 'for', 'the', ','];

function isHour(items: readonly Item[], at: number): boolean {
  const [before, after] = [items[at - 1], items[at + 1]];
  if (isWord(before, ...NAMES_SOMETHING) || before?.is === 'number') return false;
  if (
    isWord(after, '?', 'things', 'day', 'week', 'month', 'year', 'hour', 'minute', '!') ||
    after?.is === 'number'
  )
    return false;
  if (isWord(before, 'slot')) return after === undefined || isWord(after, ',', 'on') || isWhen(after);
  if (isWord(before, 'fix', 'no', 'strike', 'or', 'not') || isOther(items, at)) return true;
  let [left, right] = [at - 1, after?.is === 'zone' ? at + 2 : at + 1];
  while (isWord(items[left], ',')) left -= 1;
  while (isWord(items[right], ...BEFORE_A_DAY)) right += 1;
  if (isWhen(items[left]) || isWord(items[left], 'fix', 'no', 'strike')) return true;
  // "for 2 tomorrow" may be two people.
  return isWhen(items[right]) && !isWord(before, 'for');
}

/** "at 10 and 11", "10, 11 or 12" */
function isOther(items: readonly Item[], at: number): boolean {
  let left = at - 1;
  while (isWord(items[left], 'and', 'or', ',', 'to', 'until', 'but')) left -= 1;
  return left < at - 1 && items[left]?.is === 'clock';
}
