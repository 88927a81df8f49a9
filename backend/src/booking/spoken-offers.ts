import { Temporal } from 'temporal-polyfill';
import type { LocalStart } from './pick-offers.ts';
import { fullDay, listed, monthName, weekdayName } from './spoken-labels.ts';

interface Heard {
  today: Temporal.PlainDate;
  /** Whom the caller asked for. */
  who: string | undefined;
}

/** "today at 2, 3 or 4 PM", "Tuesday, December 1 at 11 AM or 1:30 PM": as one says it to a listener. */
export function sayOffers(offers: readonly LocalStart[], { today, who }: Heard, word: 'and' | 'or'): string {
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

/** "2, 3 or 4 PM": the half of the day once where it is the same. */
export function sayClocks(minutes: number[], word: 'and' | 'or'): string {
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
