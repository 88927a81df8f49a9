import type { Temporal } from 'temporal-polyfill';
import { AppError } from '../platform/errors.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { activeProviders, findClinic } from './booking.queries.ts';
import { findService } from './find-availability.ts';
import {
  type DayReading,
  readSpokenDay,
  type SpokenDayWish,
  type SpokenQuestion,
} from './read-spoken-day.ts';
import { calendarOf, readSpokenTime, type SpokenWish } from './read-spoken-time.ts';
import { fullDay } from './spoken-labels.ts';
import { readWords } from './spoken-words.ts';
import { instantOf, isMonthFirst } from './wall-clock.ts';
import { localDate, WorkingHours } from './working-hours.ts';

const DAY_MS = 86_400_000;

export interface SpokenBooking extends SpokenWish {
  serviceType: string;
  durationMinutes?: number | undefined;
  providerName?: string | undefined;
}

/** What was changed in a date whose year was wrong; `say` reads the full date back. */
export interface Correction {
  original: string;
  resolved: string;
  say: string;
}

/**
 * The one time a caller means, or the question to ask them, as an error whose sentence can be spoken.
 * @throws {AppError} DATE_UNCLEAR, INVALID_TIME, IN_THE_PAST, BEYOND_HORIZON, UNKNOWN_SERVICE.
 */
export async function understandSpokenTime(
  context: BookingContext,
  scope: TenantScope,
  wish: SpokenBooking,
): Promise<{ at: Date; correction?: Correction }> {
  const now = context.clock.now();
  const { reading, timeZone } = await context.database.withTenant(scope, async (db) => {
    const clinic = await findClinic(db, scope.orgId);
    const service = await findService(db, scope.orgId, wish.serviceType);
    const providers = await activeProviders(db, scope.orgId);
    const name = wish.providerName?.trim().toLowerCase();
    const asked = providers.filter((provider) => !name || provider.name.toLowerCase().includes(name));
    const setting = {
      ...settingOf(clinic, now),
      hours: asked.map((provider) => WorkingHours.parse(provider.working_hours)),
      durationMinutes: wish.durationMinutes ?? service.duration_minutes,
    };
    return { reading: readSpokenTime(wish, setting), timeZone: clinic.time_zone };
  });
  if (reading.kind === 'ask') throw question(reading, now, timeZone);
  const { at, original } = reading;
  if (original === undefined) return { at };
  return { at, correction: corrected(context, scope, original, localDate(at, timeZone)) };
}

export interface SpokenSearch extends SpokenDayWish {
  /** A range instead of a day. */
  from?: string | undefined;
  to?: string | undefined;
}

/**
 * The days a caller wants to hear the free times of, as `findAvailability` takes them; nothing for the soonest.
 * @throws {AppError} as `understandSpokenTime`.
 */
export async function understandSpokenDays(
  context: BookingContext,
  scope: TenantScope,
  wish: SpokenSearch,
): Promise<{ from?: string; to?: string; correction?: Correction }> {
  if (![wish.date, wish.words, wish.weekday, wish.from, wish.to].some(Boolean)) return {};
  const now = context.clock.now();
  const clinic = await context.database.withTenant(scope, (db) => findClinic(db, scope.orgId));
  const calendar = calendarOf(settingOf(clinic, now));
  const isDay = [wish.date, wish.words, wish.weekday].some(Boolean);
  const reading = isDay ? readSpokenDay(wish, calendar) : readRange(wish, calendar);
  if (reading.kind === 'range') {
    const { from, to } = reading;
    return { ...(from && { from }), ...(to && { to }) };
  }
  if (reading.kind === 'week') return { from: reading.from.toString(), to: reading.to.toString() };
  if (reading.kind === 'ask') {
    // A search too far ahead is answered with the reason and no times.
    const day = wish.date?.trim();
    if (reading.code === 'BEYOND_HORIZON' && day && /^\d{4}-\d\d-\d\d$/.test(day))
      return { from: day, to: day };
    throw question(reading, now, clinic.time_zone);
  }
  const correction =
    reading.original === undefined ? undefined : corrected(context, scope, reading.original, reading.date);
  return { ...partOfDay(wish, reading.date, clinic.time_zone), ...(correction && { correction }) };
}

const settingOf = (
  clinic: { time_zone: string; country: string; booking_horizon_days: number },
  now: Date,
) => ({
  now,
  timeZone: clinic.time_zone,
  horizon: new Date(now.getTime() + clinic.booking_horizon_days * DAY_MS),
  monthFirst: isMonthFirst(clinic.country),
});

/** Past edges of a range are cut off; only a range that has passed as a whole has the wrong year. */
function readRange(
  { from, to }: SpokenSearch,
  calendar: Parameters<typeof readSpokenDay>[1],
): DayReading | { kind: 'range'; from?: string | undefined; to?: string | undefined } {
  const edges = { kind: 'range' as const, from: from || undefined, to: to || undefined };
  const last = edges.to ?? edges.from ?? '';
  const [, date] = /^(\d{4}-\d\d-\d\d)/.exec(last) ?? [];
  if (date === undefined) return readSpokenDay({ date: last }, calendar);
  if (date >= calendar.today.subtract({ days: 7 }).toString()) return edges;
  const reading = readSpokenDay({ date }, calendar);
  if (reading.kind !== 'day') return reading;
  const years = reading.date.year - Number(date.slice(0, 4));
  const moved = (text: string | undefined) => text?.replace(/^\d{4}/, (year) => String(Number(year) + years));
  return { ...edges, from: moved(edges.from), to: moved(edges.to) };
}

/** R8: when the parts of a day are, for a search. */
const PARTS = { morning: [0, 12], afternoon: [12, 17], evening: [17, 24] } as const;

function partOfDay(
  wish: SpokenDayWish,
  date: Temporal.PlainDate,
  timeZone: string,
): { from: string; to: string } {
  const part = [wish.date, wish.words].map((text) => readWords(text ?? '', true).part).find(Boolean);
  if (!part) return { from: date.toString(), to: date.toString() };
  const edge = (hour: number) => {
    const day = date.add({ days: hour === 24 ? 1 : 0 }).toPlainDateTime({ hour: hour % 24 });
    const at = instantOf(day, timeZone) ?? new Date(day.toZonedDateTime(timeZone).epochMilliseconds);
    return at.toISOString();
  };
  const [from, to] = PARTS[part];
  return { from: edge(from), to: edge(to) };
}

function corrected(
  { log }: BookingContext,
  scope: TenantScope,
  original: string,
  date: Temporal.PlainDate,
): Correction {
  // Counted, to see how often an agent's year is wrong; not the date, which could tell who came.
  log.info({ org_id: scope.orgId }, '[Booking] The year of a spoken date was corrected');
  return { original, resolved: date.toString(), say: `To be sure: that is ${fullDay(date)}.` };
}

/** With the clinic's date, so that the next attempt counts from the right day. */
function question(reading: SpokenQuestion, now: Date, timeZone: string): AppError {
  const today = fullDay(localDate(now, timeZone));
  return new AppError({
    code: reading.code,
    status: reading.code === 'INVALID_TIME' ? 400 : 422,
    detail: `${reading.say} Today is ${today}.`,
    extra: { choices: reading.choices },
  });
}
