import { hasRole, type Item, isRequest, isWhen, isWord, type Unclear } from './items.ts';

interface Remaining {
  items: Item[];
  unclear: Unclear[];
}

const CLAUSE_ENDS = [
  ',',
  'and',
  'but',
  'or',
  'fix',
  'instead',
  'no',
  'strike',
  'if',
  'when',
  'not',
  'cannot',
  '!',
];
const BEFORE_A_WHEN = ['at', 'on', 'in', 'the', 'a', 'around', 'this', 'from', 'until'];

/**
 * Takes out the days and hours of what has happened: "I took two pills at nine", "it started on Monday". Where it is
 * not clear which clause a day or an hour belongs to, it is asked.
 */
export function withoutPastEvents(heard: readonly Item[]): Remaining {
  const gone = new Set<number>();
  const unclear: Unclear[] = [];
  for (const at of heard.keys()) {
    if (!isPast(heard, at)) continue;
    // "on Friday at three I fell": it may be the hour of the visit, said before the reason for it.
    if (hasWhenBefore(heard, at)) unclear.push('both');
    const end = endOf(heard, at);
    const said = heard.slice(at, end);
    if (!said.some((item) => isWhen(item) || item.is === 'number')) continue;
    for (let place = at; place < end; place += 1) {
      const item = heard[place];
      if (isWhen(item) || item?.is === 'number' || item?.is === 'zone') gone.add(place);
    }
    if (isContinued(heard, end)) unclear.push('both');
  }
  return {
    items: heard.map((item, at): Item => (gone.has(at) ? { is: 'word', term: '~' } : item)),
    unclear,
  };
}

/** "I took", "my arm was"; "Friday was good" and "I want my ears rinsed" tell of no event. */
function isPast(items: readonly Item[], at: number): boolean {
  const item = items[at];
  if (hasRole(item, 'did')) return true;
  if (!hasRole(item, 'own-did') && !isWord(item, 'was')) return false;
  let first = at - 1;
  while (isWord(items[first], '~', '?') && !hasRole(items[first], 'me', 'they', 'modal', 'ask')) first -= 1;
  if (hasRole(items[first], 'me', 'they')) return true;
  // "my tooth was", "the swelling increased"
  const isThing = isWord(items[first], 'mine', 'the') && first < at - 1 && isWord(item, 'was', 'has', '?');
  return isThing && !isAskedFor(items, first);
}

/** Whether the clause up to here is a request. */
function isAskedFor(items: readonly Item[], at: number): boolean {
  for (let left = at; left >= 0 && !isWord(items[left], ...CLAUSE_ENDS); left -= 1) {
    if (isRequest(items, left) || isWord(items[left], 'have')) return true;
  }
  return false;
}

const isEnd = (items: readonly Item[], at: number): boolean =>
  isWord(items[at], ...CLAUSE_ENDS) || hasRole(items[at], 'so') || isRequest(items, at);

function endOf(items: readonly Item[], at: number): number {
  let end = at + 1;
  while (end < items.length && !isEnd(items, end)) end += 1;
  return end;
}

function hasWhenBefore(items: readonly Item[], at: number): boolean {
  for (
    let left = at - 1;
    left >= 0 && !isWord(items[left], ...CLAUSE_ENDS) && !hasRole(items[left], 'so');
    left -= 1
  ) {
    if (isWhen(items[left])) return true;
  }
  return false;
}

/** "I called at nine and at ten", "I fell on Friday, at three": no word says that the visit is spoken of again. */
function isContinued(items: readonly Item[], end: number): boolean {
  if (!isWord(items[end], ',', 'and')) return false;
  let next = end + 1;
  if (isWord(items[next], '~') && !hasRole(items[next], 'me', 'modal', 'ask')) next += 1;
  while (isWord(items[next], ',', ...BEFORE_A_WHEN)) next += 1;
  const when = items[next];
  return isWhen(when) && (isWord(items[end], 'and') || when.is !== 'day');
}
