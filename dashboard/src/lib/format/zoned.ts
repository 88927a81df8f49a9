/** Wall clock of a time zone, without a date library: the API speaks instants, the clinic speaks local time. */
interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

function wallClock(instant: number, timeZone: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  return {
    year: value('year'),
    month: value('month'),
    day: value('day'),
    hour: value('hour'),
    minute: value('minute'),
    second: value('second'),
  };
}

function offsetMs(instant: number, timeZone: string): number {
  const w = wallClock(instant, timeZone);
  return Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second) - Math.floor(instant / 1000) * 1000;
}

/** `2030-01-07` of an instant, as the clinic sees it. */
export function dayKey(instant: number | string, timeZone: string): string {
  const w = wallClock(typeof instant === 'string' ? Date.parse(instant) : instant, timeZone);
  return `${w.year}-${String(w.month).padStart(2, '0')}-${String(w.day).padStart(2, '0')}`;
}

/** The instant at which a local day begins, `days` after today. Midnight may not exist; then the first minute that does. */
export function startOfDay(now: number, timeZone: string, days = 0): Date {
  const w = wallClock(now, timeZone);
  const local = Date.UTC(w.year, w.month - 1, w.day + days);
  const first = local - offsetMs(local, timeZone);
  return new Date(local - offsetMs(first, timeZone));
}
