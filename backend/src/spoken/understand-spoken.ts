import { Temporal } from 'temporal-polyfill';
import {
  type ClinicRules,
  type ClinicRulesOnce,
  type Provider,
  readSlot,
  rulesFor,
  staffFor,
} from '../availability/index.ts';
import { type BookingContext, findAppointment } from '../booking/index.ts';
import { AppError } from '../platform/errors.ts';
import { clockName, comingDays, fullDay, listed } from '../platform/local-time/day-names.ts';
import { localDate } from '../platform/local-time/local-date.ts';
import { isMonthFirst } from '../platform/local-time/wall-clock.ts';
import type { TenantScope } from '../platform/tenant.ts';
import {
  pickService,
  type RequestedProvider,
  readProvider,
  requestedErrors,
  type ServiceFacts,
  serviceOf,
} from '../schedule/index.ts';
import { readSpokenDay } from './read-spoken-day.ts';
import {
  calendarOf,
  readSpokenTime,
  type SpokenRequest,
  type SpokenSetting,
  type SpokenTime,
} from './read-spoken-time.ts';
import { readSpokenWindow, type SpokenWindow } from './read-spoken-window.ts';
import { dutyOf } from './spoken-duty.ts';
import { ask, type DayReading, type SpokenQuestion } from './spoken-questions.ts';
import type { SearchRules } from './why-not-then.ts';

interface Spoken {
  /** Of the call in which it was said, for the log. */
  callId?: string | null | undefined;
}

export interface SpokenBooking extends SpokenRequest, Spoken {
  serviceType: string;
  durationMinutes?: number | undefined;
  providerName?: string | undefined;
  /** The one that is to be moved: it keeps its service, its length and its provider. */
  appointmentId?: string | undefined;
}

/** What was changed in what an agent wrote; `say` reads the result back in full. */
export interface Correction {
  original: string;
  resolved: string;
  say: string;
}

/**
 * The one time a caller means, or the question to ask them, as an error whose sentence can be spoken. Read by the
 * rules of the booking: how far ahead, and which half of the day, is for the service and who does it to say.
 * @throws {AppError} DATE_UNCLEAR, INVALID_TIME, IN_THE_PAST, BEYOND_HORIZON, UNKNOWN_SERVICE.
 */
export async function understandSpokenTime(
  context: BookingContext,
  scope: TenantScope,
  request: SpokenBooking,
  rules: ClinicRulesOnce,
): Promise<{ at: Date; correction?: Correction }> {
  const setting = await settingFor(context, scope, request, rules);
  const reading = readSpokenTime(request, setting);
  const { now, timeZone } = setting;
  if (reading.kind === 'ask') throw question(reading, now, timeZone);
  const correction = correctionOf(localTime(reading.at, timeZone), reading);
  if (!correction) return { at: reading.at };
  logCorrection(context, scope, request);
  return { at: reading.at, correction };
}

/** What is left of "around three": up to so many minutes beside it. */
const ABOUT_MINUTES = 60;
const ABOUT = /\b(?:around|about|approximately|roughly|close to|near)\b|\dish\b/i;

/**
 * A chosen offer is exact, but beside words that name another day or hour it may be the wrong one.
 * @throws {AppError} DATE_UNCLEAR with both; an offer that is not good is for booking to refuse.
 */
export async function compareWithOffer(
  context: BookingContext,
  scope: TenantScope,
  slotId: string,
  request: SpokenBooking,
  rules: ClinicRulesOnce,
): Promise<void> {
  const offer = readSlot(context.slotKey, slotId, context.clock.now());
  if (offer?.orgId !== scope.orgId) return;
  if (![request.date, request.time, request.words, request.at, request.weekday].some(Boolean)) return;
  const setting = await settingFor(context, scope, request, rules);
  const reading = readSpokenWindow(request, setting);
  const offered = localTime(offer.startsAt, setting.timeZone);
  if (reading.kind === 'ask' || holds(reading, offered, ABOUT.test(request.words ?? '') ? ABOUT_MINUTES : 0))
    return;
  const exact = readSpokenTime(request, setting);
  const said = exact.kind === 'time' ? [localTime(exact.at, setting.timeZone)] : [];
  const names = [offered, ...said].map(
    (one) => `${clockName(minuteOf(one))} on ${fullDay(one.toPlainDate())}`,
  );
  const say =
    said.length > 0
      ? `Do you mean ${listed(names, 'or')}?`
      : `The chosen time is ${names[0]}, but the caller said another one. Ask which one they mean.`;
  const choices = [offered, ...said].map((one) => one.toString({ smallestUnit: 'minute' }));
  throw question(ask('DATE_UNCLEAR', say, choices), setting.now, setting.timeZone);
}

const minuteOf = ({ hour, minute }: Temporal.PlainDateTime): number => hour * 60 + minute;

function holds(
  { days, fromMinute = 0, untilMinute = 1_440, near }: SpokenWindow,
  time: Temporal.PlainDateTime,
  about: number,
): boolean {
  const date = time.toPlainDate();
  const minute = minuteOf(time);
  const { compare } = Temporal.PlainDate;
  return (
    (days.length === 0 || days.some(({ from, to }) => compare(from, date) <= 0 && compare(date, to) <= 0)) &&
    (near === undefined ? minute >= fromMinute && minute < untilMinute : Math.abs(minute - near) <= about)
  );
}

export interface SpokenSearch extends SpokenRequest, Spoken {
  serviceType: string;
  /** A range instead of a day. */
  from?: string | undefined;
  to?: string | undefined;
  providerName?: string | undefined;
}

export interface UnderstoodSearch {
  /** As `findAvailability` takes them; none for the soonest. */
  ranges: { from?: string; to?: string }[];
  /** What was said of the time of the day. */
  window: Pick<SpokenWindow, 'fromMinute' | 'untilMinute' | 'near' | 'prefer'>;
  /** Whom the caller asked for; without one anyone who is free. */
  provider?: { id: string; name: string } | undefined;
  /** By which it is said why nothing is free. */
  searched: Pick<SearchRules, 'clinicRules' | 'rules' | 'service' | 'staff'>;
  correction?: Correction | undefined;
}

/**
 * The days, the part of the day and the provider that a caller wants to hear the free times of.
 * @throws {AppError} as `understandSpokenTime`; WHICH_PROVIDER, PROVIDER_NOT_FOUND.
 */
export async function understandSpokenSearch(
  context: BookingContext,
  scope: TenantScope,
  given: SpokenSearch,
  { read }: Pick<ClinicRulesOnce, 'read'>,
): Promise<UnderstoodSearch> {
  const request = withHours(given);
  const now = context.clock.now();
  const rules = await read();
  const service = pickService(rules.services, request.serviceType);
  const provider = whoIsNamed(rules, request);
  const staff = matchingProviders(staffFor(rules, service), { providerId: provider?.id });
  const durationMinutes = service.duration_minutes;
  const setting = settingOf(rules, service, { now, durationMinutes, staff });
  const { timeZone } = setting;
  const searched = {
    clinicRules: rules,
    rules: rulesFor(rules, service, { now: now.getTime(), durationMinutes, ignoresNotice: false }),
    service,
    staff,
  };
  const understood = { ranges: [], window: {}, provider, searched };
  if (![request.date, request.time, request.words, request.at, request.weekday].some(Boolean)) {
    if (!request.from && !request.to) return understood;
    const range = readRange(request, calendarOf(setting));
    if (range.kind === 'ask') throw question(range, now, timeZone);
    if (range.kind === 'week') return { ...understood, ranges: [rangeOf(range)] };
    const { from, to, correction } =
      range.kind === 'range'
        ? range
        : { ...rangeOf({ from: range.date, to: range.date }), correction: correctionOf(range.date, range) };
    if (correction) logCorrection(context, scope, request);
    return { ...understood, ranges: [{ ...(from && { from }), ...(to && { to }) }], correction };
  }
  const reading = readSpokenWindow(request, setting);
  if (reading.kind === 'ask') {
    // A search too far ahead is answered with the reason and no times.
    const day = request.date?.trim();
    if (reading.code === 'BEYOND_HORIZON' && day && /^\d{4}-\d\d-\d\d$/.test(day))
      return { ...understood, ranges: [{ from: day, to: day }] };
    throw question(reading, now, timeZone);
  }
  const { days, original, kind: _kind, ...window } = reading;
  const [first] = days;
  const correction = first && correctionOf(first.from, original === undefined ? {} : { original });
  if (correction) logCorrection(context, scope, request);
  return { ...understood, ranges: days.map(rangeOf), window, correction };
}

const CLOCK = /^\d{1,2}(?::\d\d){0,2} ?(?:[ap]\.?m\.?)?$/i;

/** A range of hours, where one of days is expected, is said in words. */
function withHours(request: SpokenSearch): SpokenSearch {
  const [from, to] = [request.from, request.to].map((edge) => edge && CLOCK.test(edge.trim()));
  if ((request.from && !from) || (request.to && !to) || (!from && !to)) return request;
  const hours =
    from && to
      ? `between ${request.from} and ${request.to}`
      : from
        ? `after ${request.from}`
        : `before ${request.to}`;
  return { ...request, words: request.words ?? hours, from: undefined, to: undefined };
}

const rangeOf = ({ from, to }: { from: Temporal.PlainDate; to: Temporal.PlainDate }) => ({
  from: from.toString(),
  to: to.toString(),
});

/** @throws {AppError} WHICH_PROVIDER, PROVIDER_NOT_FOUND. */
function whoIsNamed({ staff }: ClinicRules, request: RequestedProvider): Provider | undefined {
  const who = readProvider(staff, request);
  if (who.kind === 'anyone') return undefined;
  if (who.kind === 'one') return who.provider;
  const names = who.choices.map(({ name }) => name).toSorted();
  throw names.length > 0
    ? requestedErrors.whichProvider(names)
    : requestedErrors.unknownProvider(staff.map(({ name }) => name).toSorted());
}

async function settingFor(
  context: BookingContext,
  scope: TenantScope,
  request: SpokenBooking,
  { read }: Pick<ClinicRulesOnce, 'read'>,
): Promise<SpokenSetting> {
  const [rules, moved] = await Promise.all([
    read(),
    request.appointmentId && appointmentToMove(context, scope, request.appointmentId),
  ]);
  const service = moved ? serviceOf(rules.services, moved) : pickService(rules.services, request.serviceType);
  const setting = settingOf(rules, service, {
    now: context.clock.now(),
    durationMinutes: request.durationMinutes ?? (moved || service).duration_minutes,
    staff: matchingProviders(staffFor(rules, service), moved ? { providerId: moved.provider_id } : request),
  });
  return moved ? { ...setting, standing: moved.scheduled_at } : setting;
}

const appointmentToMove = ({ database }: BookingContext, scope: TenantScope, appointmentId: string) =>
  database.withTenant(scope, (db) => findAppointment(db, scope.orgId, appointmentId));

/** A name that fits no one is refused when it is booked, with better words; until then it could be any of them. */
function matchingProviders(staff: Provider[], { providerId, providerName }: RequestedProvider): Provider[] {
  const who = readProvider(staff, { providerId, providerName });
  return who.kind === 'one' ? [who.provider] : staff;
}

function settingOf(
  clinicRules: ClinicRules,
  service: ServiceFacts,
  { now, durationMinutes, staff }: { now: Date; durationMinutes: number; staff: Provider[] },
): SpokenSetting {
  const { country } = clinicRules.clinic;
  const rules = rulesFor(clinicRules, service, {
    now: now.getTime(),
    durationMinutes,
    ignoresNotice: false,
  });
  return {
    now,
    timeZone: rules.timeZone,
    horizon: new Date(rules.horizon),
    monthFirst: isMonthFirst(country),
    ...dutyOf(rules, staff, service.slot_step_minutes),
  };
}

interface SpokenRange {
  kind: 'range';
  from?: string | undefined;
  to?: string | undefined;
  correction?: Correction;
}

/** Past edges of a range are cut off; only a range that has passed as a whole has the wrong year. */
function readRange(
  { from, to }: SpokenSearch,
  calendar: Parameters<typeof readSpokenDay>[1],
): DayReading | SpokenRange {
  const edges = { kind: 'range' as const, from: from || undefined, to: to || undefined };
  const last = edges.to ?? edges.from ?? '';
  const [, date] = /^(\d{4}-\d\d-\d\d)/.exec(last) ?? [];
  if (date === undefined) return readSpokenDay({ date: last }, calendar);
  if (date >= calendar.today.subtract({ days: 7 }).toString()) return edges;
  const reading = readSpokenDay({ date }, calendar);
  if (reading.kind !== 'day') return reading;
  const years = reading.date.year - Number(date.slice(0, 4));
  const inYear = (text: string | undefined) =>
    text?.replace(/^\d{4}/, (year) => String(Number(year) + years));
  const moved = { from: inYear(edges.from), to: inYear(edges.to) };
  const said = ({ from: first, to: end }: typeof moved) => [first, end].filter(Boolean).join(' to ');
  const correction = {
    original: said(edges),
    resolved: said(moved),
    say: `Just to confirm, that’s ${edges.to ? 'until' : 'from'} ${fullDay(reading.date)}${edges.to ? '' : ' on'}.`,
  };
  return { ...edges, ...moved, correction };
}

const localTime = (at: Date, timeZone: string): Temporal.PlainDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDateTime();

/** R10: what was given, what was made of it, and the sentence that says so. */
function correctionOf(
  when: Temporal.PlainDate | Temporal.PlainDateTime,
  { original, originalClock }: Pick<SpokenTime, 'original' | 'originalClock'>,
): Correction | undefined {
  const date = when instanceof Temporal.PlainDate ? when : when.toPlainDate();
  const clock = when instanceof Temporal.PlainDate || originalClock === undefined ? undefined : when;
  if (original === undefined && clock === undefined) return undefined;
  const resolved = [original && date.toString(), clock?.toPlainTime().toString({ smallestUnit: 'minute' })];
  return {
    original: [original, originalClock].filter(Boolean).join(' '),
    resolved: resolved.filter(Boolean).join(' '),
    say: `Just to confirm, that’s ${fullDay(date)}${clock ? ` at ${clockName(clock.hour * 60 + clock.minute)}` : ''}.`,
  };
}

/** Counted, to see how often an agent is wrong and in which calls; not the date, which could reveal who came. */
function logCorrection({ log }: BookingContext, scope: TenantScope, { callId }: Spoken): void {
  log.info({ org_id: scope.orgId, call_id: callId ?? null }, '[Booking] A spoken date was corrected');
}

/** With the clinic's date, so that the next attempt counts from the right day. */
function question(reading: SpokenQuestion, now: Date, timeZone: string): AppError {
  const today = fullDay(localDate(now, timeZone));
  return new AppError({
    code: reading.code,
    status: reading.code === 'INVALID_TIME' ? 400 : 422,
    detail: `${reading.say} Today is ${today}.`,
    // The model looks a date up, and counts none.
    extra: { choices: reading.choices, coming_days: comingDays(now, timeZone) },
  });
}
