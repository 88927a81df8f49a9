import { type DayWords, isRange } from './day-phrases.ts';
import { boundedDay, hasRole, type Item, isWhen, isWord, isZone, neighbor, type Unclear } from './items.ts';
import { isOtherEvent } from './other-events.ts';

/** "or" between two days or two times leaves both, and the reader asks; between others it is unclear itself. */
export function joined(items: readonly Item[]): Unclear[] {
  return items.flatMap((item, at): Unclear[] => {
    const [left, right] = [neighbor(items, at, -1), neighbor(items, at, 1)];
    if (isWord(item, 'or')) {
      if (left?.is === 'clock' && right?.is === 'clock') return [];
      if (left?.is === 'day' && right?.is === 'day')
        return isRange(left.day) === isRange(right.day) ? [] : ['day'];
      return [ofWhatIsLeft(items, at)];
    }
    // "at ten to": the rest was not heard.
    const isLast = items.slice(at + 1).every((one) => isWord(one, ','));
    const isCutOff = isLast || (isWord(items[at + 1], ',') && isWhen(items[at - 1]));
    if (isWord(item, 'to', 'from', 'by', 'through') && isCutOff) return ['time'];
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
const WITHOUT_HARM =
  '~ , ? foreign a the on in at for and but or to be been am time mine label slot tells'.split(' ');
/** Harmless, unless a day or an hour follows: "calling from Boston", "by bus". */
const BEFORE_A_TIME = ['from', 'by', 'through', 'around'];
const OF_DAYS = 'next last that every day week fortnight month year weekend ago'.split(' ');
const OF_HOURS = 'hour minute oclock pm half quarter hundred later zero thousand past'.split(' ');

/** "ten thirty two weeks from Monday": the minutes may have become a part of the count. */
const isRunTogether = (day: DayWords, before: Item | undefined): boolean =>
  day.kind === 'shifted' &&
  (before?.is === 'clock' || before?.is === 'number') &&
  (day.days >= 147 || (day.days > 20 && day.days % 7 > 0) || day.months > 20);

/** "two weeks from Monday, next week on Monday": counted from that Monday, or said anew. */
const isCountedTwice = (day: DayWords, next: Item | undefined): boolean =>
  day.kind === 'shifted' && day.of.kind === 'weekday-of-week' && next?.is === 'day';

/** What a doubt leaves open: "Friday, maybe next week", "it might be Friday", "Friday at ten, maybe"; before a wish it is a manner of speaking. */
function doubtOf(items: readonly Item[], at: number): Unclear[] {
  const after = items[at + 1];
  if (isWord(after, 'be') && isWhen(neighbor(items, at + 1, 1))) return ['both'];
  const said = items.slice(0, at).filter(isWhen);
  const other = neighbor(items, at, 1);
  if (said.length === 0) return [];
  if (!isWhen(other))
    return (after === undefined || isWord(after, ',')) && !items.slice(at).some(isWhen) ? ['both'] : [];
  const isDay = other.is === 'day';
  if (!said.some((one) => (one.is === 'day') === isDay)) return [];
  return [isDay ? 'day' : 'time'];
}

export function leftOver(items: readonly Item[]): Unclear[] {
  return items.flatMap((item, at): Unclear[] => {
    const [before, after] = [items[at - 1], items[at + 1]];
    if (item.is === 'unclear time') return ['time'];
    if (item.is === 'day')
      return (item.day.kind === 'weekday' && item.day.isEvery) ||
        isRunTogether(item.day, before) ||
        isCountedTwice(item.day, neighbor(items, at, 1))
        ? ['both']
        : [];
    // "the first available Friday" may be any of them.
    if (item.is === 'wish') return isWeekday(items[at + 1]) && items[at - 1]?.is !== 'day' ? ['day'] : [];
    if (item.is === 'number') return [isBesideDay(items, at) ? 'both' : 'time'];
    if (item.is === 'zone') return !isZone(items, at) && isWhen(after) ? ['both'] : [];
    // "to to four" is not "to come at four".
    const isTime = after?.is === 'clock' || after?.is === 'number';
    if (isWord(item, 'to') && isTime && isWord(before, 'to', ',')) return ['time'];
    // "from 10 two 11": what is between was not heard.
    if (
      (item.is === 'clock' || item.is === 'bound') &&
      ['clock', 'bound', 'span'].includes(items[at - 1]?.is ?? '')
    )
      return ['time'];
    // "my Friday at ten" is one that exists.
    if (isWord(item, 'mine') && items[at + 1]?.is === 'day') return ['both'];
    if (isOtherEvent(items, at)) return ['both'];
    if (hasRole(item, 'hedge')) return doubtOf(items, at);
    // "let me think, Friday at ten" is a wish, "Friday at ten, let me think" is none yet.
    if (isWord(item, 'wait')) return items.slice(at).some(isWhen) ? [] : ['both'];
    // "an hour, starting at two" begins then; "I am free starting at two" is from then on.
    if (isWord(item, 'startat'))
      return items.slice(0, at).some(({ is }) => is === 'length') && items[at + 1]?.is === 'clock'
        ? []
        : ['time'];
    // "a refill of my pills"
    if (isWord(item, 'of') && isWord(before, '~') && isWord(after, 'mine', '~', '?', 'things')) return [];
    if (isWord(item, 'choice')) return items.some(({ is }) => is === 'clock') ? [] : ['time'];
    // "at ten and on"
    if (
      isWord(item, 'on') &&
      items.slice(at + 1).every((one) => isWord(one, ',')) &&
      items.slice(0, at).some(isWhen)
    )
      return ['time'];
    if (item.is !== 'word' || WITHOUT_HARM.includes(item.term)) return [];
    // "between Monday and Wednesday" says nothing of the hour.
    if (isWord(item, 'between') && neighbor(items, at, 1)?.is === 'day') return ['day'];
    // Read as a bound of the days.
    if (boundedDay(items, at) !== undefined) return [];
    if (BEFORE_A_TIME.includes(item.term)) {
      const next = neighbor(items, at, 1);
      if (item.term === 'around' && items[at - 1]?.is === 'day') return ['day'];
      return isWhen(next) || next?.is === 'number' ? [next.is === 'day' ? 'day' : 'time'] : [];
    }
    if (OF_HOURS.includes(item.term)) return ['time'];
    // "any doctor" is no matter, "any Friday" and "at 10 or another" are.
    const isBeside = [before, after].some((one) => isWhen(one) || one?.is === 'number');
    if (item.term === 'maybe') {
      const [left, right] = [neighbor(items, at, -1), after];
      return isBeside || (isWord(before, 'the') && isWhen(right)) || (isWhen(left) && isWord(after, ','))
        ? ['both']
        : [];
    }
    // "Friday are something", "Friday when I am back", "it was Friday", "he has Friday".
    if (isWord(item, 'are', 'when'))
      return isWhen(before) || (isWord(before, 'be') && isWhen(items[at - 2])) ? ['both'] : [];
    if (isWord(item, 'was', 'has'))
      return isBeside || (isWord(after, '~', ',') && isWhen(items[at + 2])) ? ['both'] : [];
    // "I have had it for three weeks" tells of the past, "Friday at ten for three weeks" wishes for three.
    if (isWord(item, 'lasting')) return isWhen(before) ? ['both'] : [];
    if (isWord(item, 'shift', 'holiday')) return ['both'];
    if (isWord(item, 'after', 'before') && before?.is === 'day') return ['both'];
    if (item.term === 'vague')
      return isWord(items[at + 1], '~', '?', 'foreign', 'things', 'label', 'mine') ? [] : ['both'];
    if (item.term === 'some') return items.some((one) => one.is === 'day' && !isWeekday(one)) ? [] : ['day'];
    // "the best day is Friday"
    if (isWord(item, 'day') && (isWord(after, 'be') || hasRole(after, 'would'))) return [];
    if (OF_DAYS.includes(item.term)) return ['day'];
    return [ofWhatIsLeft(items, at)];
  });
}

/** Where a group of words of no meaning begins: "a mammogram Wednesday" wants something, "on Ash Wednesday" names a day. */
const OPENS_A_NAME = ['slot', 'been', 'time', '~', 'be', 'a', 'mine', 'for', 'label'];

export function unknown(items: readonly Item[]): Unclear[] {
  return items.flatMap((item, at): Unclear[] => {
    if (!isWord(item, '?') && (item.is !== 'zone' || isZone(items, at))) return [];
    const [before, after] = [items[at - 1], items[at + 1]];
    // "Wednesday is awful" may be no wish at all, "10 Lagos time" is said in a zone.
    const subject = isWord(before, 'be') ? items[at - 2] : undefined;
    if (isWhen(subject)) return [subject.is === 'day' ? 'day' : 'time'];
    if (isWhen(before) && before.is !== 'day') return ['time'];
    if (before?.is === 'day' && ['weekday', 'relative'].includes(before.day.kind)) return ['day'];
    // "the umpteenth of December"
    if (isWord(after, 'of') && isWhen(items[at + 2])) return ['day'];
    if (!isWhen(after)) return [];
    let opener = at - 1;
    while (isWord(items[opener], '?')) opener -= 1;
    if (isWord(items[opener], ...OPENS_A_NAME)) return [];
    // "mammogram 10 am Friday": what is wanted comes first; only a weekday has names before it.
    if ((opener < 0 || isWord(items[opener], ',')) && !isWeekday(after)) return [];
    return [after.is === 'day' ? 'day' : 'time'];
  });
}
