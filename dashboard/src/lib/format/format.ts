import { dayKey, startOfDay } from './zoned.ts';

/** The page speaks English; the viewer's own English decides between 2:30 PM and 14:30. */
const language = navigator.languages.find((tag) => tag.startsWith('en')) ?? 'en-US';

export const formatTime = (instant: string | number, timeZone: string) =>
  new Intl.DateTimeFormat(language, { timeZone, hour: 'numeric', minute: '2-digit' }).format(
    new Date(instant),
  );

/** A wall-clock time of the API as the viewer writes times: "2:30 PM" for 14:30. */
export const spellClock = (time: string): string =>
  time === '24:00' ? 'midnight' : formatTime(`2000-01-01T${time}:00Z`, 'UTC');

/** For what happens within seconds: "2:30:05 PM". */
export const formatSecond = (instant: string, timeZone: string) =>
  new Intl.DateTimeFormat(language, {
    timeZone,
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(instant));

export const formatDay = (instant: string | number, timeZone: string) =>
  new Intl.DateTimeFormat(language, { timeZone, weekday: 'long', day: 'numeric', month: 'long' }).format(
    new Date(instant),
  );

export const formatDayShort = (instant: string | number, timeZone: string) =>
  new Intl.DateTimeFormat(language, { timeZone, weekday: 'short', day: 'numeric', month: 'short' }).format(
    new Date(instant),
  );

export const formatMoment = (instant: string | number, timeZone: string) =>
  `${formatDayShort(instant, timeZone)}, ${formatTime(instant, timeZone)}`;

/** "Today", "Tomorrow" or the weekday and date, as the clinic counts days. */
export function relativeDay(instant: string, now: number, timeZone: string): string {
  const day = dayKey(instant, timeZone);
  if (day === dayKey(now, timeZone)) return 'Today';
  if (day === dayKey(startOfDay(now, timeZone, 1).getTime(), timeZone)) return 'Tomorrow';
  return formatDay(instant, timeZone);
}

/** "Europe/Berlin" as people say it: "Berlin time (Central European Standard Time)". */
export function spellTimeZone(timeZone: string, now = Date.now()): string {
  const city = (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ');
  try {
    const long = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: 'long' })
      .formatToParts(now)
      .find((part) => part.type === 'timeZoneName')?.value;
    if (long === undefined || long === city) return timeZone;
    return city === 'UTC' ? long : `${city} time (${long})`;
  } catch {
    return timeZone;
  }
}

/** North American numbers are grouped; others keep their digits, because grouping differs by country. */
export function formatPhone(e164: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return american ? `+1 (${american[1]}) ${american[2]}-${american[3]}` : e164;
}

export const compactPhone = (typed: string) => typed.replace(/[\s().-]/g, '');

export function groupByDay<T>(items: T[], when: (item: T) => string, timeZone: string): [string, T[]][] {
  const days = new Map<string, T[]>();
  for (const item of items) {
    const day = dayKey(when(item), timeZone);
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return [...days];
}

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;

export const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
