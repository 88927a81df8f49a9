import { Temporal } from 'temporal-polyfill';
import { fullDay, listed, monthName, weekdayName } from '../platform/local-time/day-names.ts';
import { type LocalStart, type RequestedTime, within } from './pick-offers.ts';

export interface Heard {
  today: Temporal.PlainDate;
  /** Whom the caller asked for. */
  who: string | undefined;
}

/** The times that are offered; with the reason where it is not the hour that was asked for. */
export function sayTimes<T extends LocalStart>(
  offers: readonly T[],
  free: readonly T[],
  window: RequestedTime,
  { reason, ...heard }: Heard & { reason: string | undefined },
): string {
  const { near, prefer } = window;
  const [, another] = offers;
  if (reason !== undefined)
    return `${reason} I have ${sayOffers(offers, heard, 'or')}. Would ${another ? 'one of those' : 'that'} work?`;
  if (near !== undefined) {
    const exact = offers.filter(({ minute }) => minute === near);
    return `Yes, I have ${sayOffers(exact, heard, 'or')}.${besides(offers, exact, 'I also have')}`;
  }
  if (prefer === 'last') {
    const last = offers.slice(-1);
    return `The last opening is ${sayOffers(last, heard, 'or')}.${besides(offers, last, 'Before that I have')} ${closing(offers)}`;
  }
  if (prefer === 'first' || (!another && within(free, window).length > 1)) {
    const first = offers.slice(0, 1);
    const rest = offers.slice(1);
    const after = rest.length > 0 ? ` After that I have ${sayAfter(rest, first, heard)}.` : '';
    return `The first opening is ${sayOffers(first, heard, 'or')}.${after} ${closing(offers)}`;
  }
  return `I have ${sayOffers(offers, heard, 'or')}. ${closing(offers)}`;
}

const closing = (offers: readonly LocalStart[]): string =>
  offers.length > 1 ? 'Which works best?' : 'Does that work?';

/** By the clock alone where they are of the same day. */
function sayAfter(rest: readonly LocalStart[], [first]: readonly LocalStart[], { today }: Heard): string {
  return rest.every(({ date }) => date === first?.date)
    ? sayClocks(
        rest.map(({ minute }) => minute),
        'and',
      )
    : sayOffers(rest, { today, who: undefined }, 'and');
}

/** The other offers of the same day, by the clock alone. */
function besides(offers: readonly LocalStart[], main: readonly LocalStart[], words: string): string {
  const rest = offers.flatMap((one) => (main.includes(one) ? [] : [one.minute]));
  return rest.length > 0 ? ` ${words} ${sayClocks(rest, 'and')}.` : '';
}

/** Why nothing suits, and what there is instead. */
export function sayInstead(
  nearest: readonly LocalStart[],
  { reason, isSameDay, ...heard }: Heard & { reason: string | undefined; isSameDay: boolean },
): string {
  const why = reason ?? `I don’t have anything then${heard.who ? ` with ${heard.who}` : ''}.`;
  if (nearest.length === 0) return `${why} Is there another day that would work for you?`;
  const isOne = nearest.length === 1;
  const what = isSameDay ? 'The closest I have is' : isOne ? 'The next opening is' : 'The next openings are';
  const word = isSameDay || isOne ? 'or' : 'and';
  return `${why} ${what} ${sayOffers(nearest, heard, word)}. ${isOne ? 'Does that work?' : 'Would one of those work?'}`;
}

/** "today at 2, 3 or 4 PM", "Tuesday, December 1 at 11 AM or 1:30 PM": as one says it to a listener. */
function sayOffers(offers: readonly LocalStart[], { today, who }: Heard, word: 'and' | 'or'): string {
  const byDay = Map.groupBy(offers, ({ date }) => date);
  const days = [...byDay].map(
    ([date, starts]) =>
      `${dayName(date, today)} at ${sayClocks(
        starts.map(({ minute }) => minute),
        word,
      )}`,
  );
  return listed(days, word) + (who === undefined ? '' : ` with ${who}`);
}

/** "today", "tomorrow", "Friday, December 4"; with the year where it is another one. */
function dayName(text: string, today: Temporal.PlainDate): string {
  const date = Temporal.PlainDate.from(text);
  if (date.equals(today)) return 'today';
  const day = `${weekdayName(date.dayOfWeek)}, ${monthName(date.month)} ${date.day}`;
  if (date.equals(today.add({ days: 1 }))) return `tomorrow, ${day},`;
  return date.year === today.year ? day : fullDay(date);
}

/** "today", "tomorrow", "on Friday, December 4": at the end of a sentence. */
export function dayWords(date: Temporal.PlainDate, today: Temporal.PlainDate): string {
  if (date.equals(today)) return 'today';
  if (date.equals(today.add({ days: 1 }))) return 'tomorrow';
  const day = `${weekdayName(date.dayOfWeek)}, ${monthName(date.month)} ${date.day}`;
  return `on ${date.year === today.year ? day : fullDay(date)}`;
}

/** "2, 3 or 4 PM": the half of the day once where it is the same. */
function sayClocks(minutes: number[], word: 'and' | 'or'): string {
  const halves = new Set(minutes.map((minute) => minute < 720));
  const said = minutes.map((minute, index) => {
    const half = halves.size === 1 && index < minutes.length - 1 ? '' : minute < 720 ? ' AM' : ' PM';
    return `${clock(minute)}${half}`;
  });
  const last = said.at(-1) ?? '';
  return said.length < 2 ? last : `${said.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** "4 PM", "10:30 AM" */
export const clockWords = (minute: number): string => `${clock(minute)} ${minute < 720 ? 'AM' : 'PM'}`;

const clock = (minute: number): string => {
  const hour = Math.floor(minute / 60) % 12 || 12;
  return minute % 60 === 0 ? String(hour) : `${hour}:${String(minute % 60).padStart(2, '0')}`;
};
