import type { SpokenWindow } from './read-spoken-window.ts';

/** What a caller wished for within the days that were searched. */
export type RequestedTime = Pick<SpokenWindow, 'fromMinute' | 'untilMinute' | 'near' | 'prefer'>;

/** A free start on the clinic's clock. */
export interface LocalStart {
  /** The clinic's date. */
  date: string;
  /** Minutes of that day. */
  minute: number;
}

/** Three times are what a listener can keep in mind. */
const MAX_OFFERS = 3;
/** "Around four" is half an hour before or after it, and offers that are closer are hardly a choice. */
const APART = 30;
const HOUR = 60;

const DAY = 1_440;

/** Which of the free starts lie in the part of the day that was wished for. */
export const within = <T extends LocalStart>(
  starts: readonly T[],
  { fromMinute = 0, untilMinute = DAY }: RequestedTime,
): T[] => starts.filter(({ minute }) => minute >= fromMinute && minute < untilMinute);

/**
 * At most three of the free starts, in the order of the clock: those closest to an hour that was named, the last ones
 * of a day, or the soonest; of one day without an hour some from all parts of it.
 */
export function pickOffers<T extends LocalStart>(starts: readonly T[], request: RequestedTime): T[] {
  const free = within(starts, request);
  if (request.near !== undefined) return around(free, request.near);
  if (request.prefer === 'last') return lastOnes(free);
  const days = new Set(free.map(({ date }) => date));
  return request.prefer === 'first' || days.size !== 1 ? soonest(free) : throughTheDay(free);
}

/** On the first day that has it, or else on the first day at all. */
function around<T extends LocalStart>(free: readonly T[], near: number): T[] {
  const apart = (start: T) => Math.abs(start.minute - near);
  const first =
    free.find((start) => apart(start) === 0) ?? free.find((start) => apart(start) <= APART) ?? free[0];
  return free
    .filter(({ date }) => date === first?.date)
    .toSorted((a, b) => apart(a) - apart(b) || a.minute - b.minute)
    .slice(0, MAX_OFFERS)
    .sort((a, b) => a.minute - b.minute);
}

function lastOnes<T extends LocalStart>(free: readonly T[]): T[] {
  const day = free.filter(({ date }) => date === free[0]?.date).toReversed();
  return hourly(day).toReversed();
}

const soonest = <T extends LocalStart>(free: readonly T[]): T[] => hourly(free);

/** The first, and then those an hour away from the one before. */
function hourly<T extends LocalStart>(free: readonly T[]): T[] {
  const offers: T[] = [];
  for (const start of free) {
    const last = offers.at(-1);
    if (last && last.date === start.date && Math.abs(start.minute - last.minute) < HOUR) continue;
    offers.push(start);
    if (offers.length === MAX_OFFERS) break;
  }
  return offers;
}

/** The first, the last and one halfway, on the full hour if that is free. */
function throughTheDay<T extends LocalStart>(free: readonly T[]): T[] {
  const [first] = free;
  const last = free.at(-1);
  if (!first || !last || first === last) return [...free];
  const middle = (first.minute + last.minute) / 2;
  const [halfway] = free
    .filter(({ minute }) => minute - first.minute >= APART && last.minute - minute >= APART)
    .toSorted((a, b) => distance(a, middle) - distance(b, middle));
  return halfway ? [first, halfway, last] : [first, last];
}

const distance = ({ minute }: LocalStart, from: number): number =>
  Math.abs(minute - from) + (minute % HOUR === 0 ? 0 : HOUR / 2);
