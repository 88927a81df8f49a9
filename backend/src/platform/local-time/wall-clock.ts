import { Temporal } from 'temporal-polyfill';
import { invalidTime } from './local-time.errors.ts';

/**
 * A wall-clock date and time in the clinic's zone as an instant.
 * @param date `2026-11-23`
 * @param time `09:00`, `9:00 AM`, `9 am`, `14:30`
 * @throws {AppError} INVALID_TIME for a date that does not exist (30 February), an hour that the clocks skip, or
 * text that is neither; nothing is rolled over silently.
 */
export function fromWallClock(date: string, time: string, timeZone: string): Date {
  const at = instantOf(parseDate(date).toPlainDateTime(parseTime(time)), timeZone);
  if (at) return at;
  throw invalidTime(
    `The clocks go forward on ${date}, so there is no ${time} that day. Choose another time.`,
  );
}

/** When the clinic's clock shows this; undefined when the clocks skip it, the first time when they show it twice. */
export function instantOf(local: Temporal.PlainDateTime, timeZone: string): Date | undefined {
  const first = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return first.toPlainDateTime().equals(local) ? new Date(first.epochMilliseconds) : undefined;
}

/** Whether 3/4 is the fourth of March in a country, as its people write dates. */
export function isMonthFirst(country: string): boolean {
  const { language } = new Intl.Locale(`und-${country}`).maximize();
  const order = new Intl.DateTimeFormat(`${language}-${country}`, { dateStyle: 'short', calendar: 'gregory' })
    .formatToParts(0)
    .map(({ type }) => type);
  return order.indexOf('month') < order.indexOf('day');
}

function parseDate(text: string): Temporal.PlainDate {
  const [, year, month, day] = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/.exec(text) ?? [];
  if (year === undefined) {
    throw invalidTime(`"${text.slice(0, 40)}" isn’t a date. Write it as year-month-day, such as 2026-11-23.`);
  }
  try {
    return Temporal.PlainDate.from(
      { year: Number(year), month: Number(month), day: Number(day) },
      { overflow: 'reject' },
    );
  } catch {
    throw invalidTime(`There is no ${text.trim()} in the calendar. Ask for the date again.`);
  }
}

function parseTime(text: string): Temporal.PlainTime {
  const [, hourText, minuteText = '00', half] =
    /^\s*(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\.?\s*$/i.exec(text) ?? [];
  const hour = Number(hourText);
  const minute = Number(minuteText);
  const fits = half === undefined ? hour <= 23 : hour >= 1 && hour <= 12;
  if (hourText === undefined || !fits || minute > 59) {
    throw invalidTime(`"${text.slice(0, 40)}" isn’t a time of day. Write it as 09:30 or 9:30 AM.`);
  }
  const afternoon = half?.toLowerCase() === 'p';
  return Temporal.PlainTime.from({
    hour: half === undefined ? hour : (hour % 12) + (afternoon ? 12 : 0),
    minute,
  });
}
