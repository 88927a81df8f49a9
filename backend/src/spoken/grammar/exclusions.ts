import { type Item, isTime, isWhen, isWord, type Unclear, type When } from './items.ts';

interface Excluded {
  items: Item[];
  notItems: When[];
  unclear: Unclear[];
}

const AFTER_NOT = ['time', '~', 'be', 'on', 'at', 'in', 'the', 'a', 'for'];
const CLAUSE_ENDS = [',', 'but', 'and', 'fix', 'no', 'strike', 'not', 'cannot', 'bad', 'if', '!'];

/** Takes out what a caller does not want: "not Wednesday", "I can't do Friday", "Monday doesn't work". */
export function excluded(heard: readonly Item[]): Excluded {
  const notItems: When[] = [];
  const unclear: Unclear[] = [];
  const gone = new Set<number>();
  const take = (at: number) => {
    const item = heard[at];
    if (!isWhen(item)) return;
    notItems.push(item);
    gone.add(at);
  };
  for (const [at, item] of heard.entries()) {
    if (isWord(item, 'not')) {
      gone.add(at);
      const first = nextWhen(heard, at);
      if (first === undefined) unclear.push('both');
      else
        for (const one of listFrom(heard, first)) {
          const date = dateAt(heard, one);
          if (date !== one) gone.add(one);
          take(date);
        }
      if (first !== undefined && !belongsToRequest(heard, first, gone)) {
        if (isTime(heard[first + 1] ?? item)) take(first + 1);
      }
    } else if (isWord(item, 'no') && isEvery(heard[at + 1])) {
      gone.add(at);
      take(at + 1);
    } else if (isWord(item, 'cannot')) {
      gone.add(at);
      // "my flight doesn't land till Friday at four"
      if (isWord(heard[at + 1], 'tells') && isWord(heard[at + 2], 'until')) gone.add(at + 1).add(at + 2);
      const [before, after] = clauseAround(heard, at);
      if (before.length > 0 && after.length > 0) unclear.push('both');
      else if (before.length + after.length === 0) unclear.push('both');
      else for (const one of after.length > 0 ? groupAt(heard, after[0] ?? 0) : before) take(one);
    } else if (isWord(item, 'bad')) {
      gone.add(at);
      const before = groupBefore(heard, at);
      if (before.length === 0) unclear.push('both');
      for (const one of before) take(one);
    }
  }
  return {
    items: heard.map((item, at): Item => (gone.has(at) ? { is: 'word', term: ',' } : item)),
    notItems,
    unclear,
  };
}

/** "no Wednesdays" */
const isEvery = (item: Item | undefined): boolean =>
  item?.is === 'day' && item.day.kind === 'weekday' && item.day.isEvery === true;

function nextWhen(items: readonly Item[], at: number): number | undefined {
  let next = at + 1;
  while (isWord(items[next], ...AFTER_NOT)) next += 1;
  return isWhen(items[next]) ? next : undefined;
}

/** "not Thursday the 10th": of the two it is the date that is not wished. */
function dateAt(items: readonly Item[], first: number): number {
  const [day, date] = [items[first], items[first + 1]];
  if (day?.is !== 'day' || day.day.kind !== 'weekday' || date?.is !== 'day') return first;
  return ['date', 'day-of-month'].includes(date.day.kind) ? first + 1 : first;
}

/** "not Wednesday or Thursday" */
function listFrom(items: readonly Item[], first: number): number[] {
  const list = [first];
  for (let at = first; isWord(items[at + 1], 'or', 'and'); ) {
    const next = nextWhen(items, at + 1);
    if (next === undefined || items[next]?.is !== items[first]?.is) break;
    // "not Wednesday and Thursday at 10" may want Thursday.
    list.push(next);
    at = next;
  }
  return list;
}

/** "tomorrow, not Wednesday at 10": the only hour is the one that is wished. */
function belongsToRequest(items: readonly Item[], first: number, gone: ReadonlySet<number>): boolean {
  if (items[first]?.is !== 'day' || items[first + 1]?.is !== 'clock') return true;
  const others = items.filter((item, at) => at !== first + 1 && isTime(item) && !gone.has(at));
  const isDayBefore = items.slice(0, first).some((item, at) => item.is === 'day' && !gone.has(at));
  return others.length === 0 && isDayBefore;
}

/** The days and times before and behind, up to where the clause ends. */
function clauseAround(items: readonly Item[], at: number): [number[], number[]] {
  const reach = (step: 1 | -1) => {
    const found: number[] = [];
    for (let next = at + step; next >= 0 && next < items.length; next += step) {
      if (isWord(items[next], ...CLAUSE_ENDS)) break;
      if (isWhen(items[next])) found.push(next);
    }
    return found;
  };
  return [reach(-1), reach(1)];
}

function groupAt(items: readonly Item[], first: number): number[] {
  const group = [first];
  while (isWhen(items[(group.at(-1) ?? 0) + 1])) group.push((group.at(-1) ?? 0) + 1);
  return group;
}

function groupBefore(items: readonly Item[], at: number): number[] {
  let last = at - 1;
  while (isWord(items[last], 'time', '~', 'be', 'a', 'the', 'at', 'for')) last -= 1;
  const group: number[] = [];
  while (isWhen(items[last])) {
    group.push(last);
    last -= 1;
  }
  return group;
}
