import type { Availability } from '@voxanne/contract';
import { Temporal } from 'temporal-polyfill';
import { localDate } from '../platform/local-time/local-date.ts';
import { invalidTime } from '../platform/local-time/local-time.errors.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { pickService, requestedErrors, type ServiceFacts } from '../schedule/index.ts';
import { availabilityErrors } from './availability.errors.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { readCalendar, withBuffers } from './calendar.queries.ts';
import { type ClinicRules, calendarsOf, rulesFor, rulesOf, staffFor } from './clinic-calendar.ts';
import { findFreeTimes } from './find-free-times.ts';
import { presentSlots } from './present-slots.ts';
import { detailOfDay, detailOfStart, type Setting } from './reason-details.ts';

export interface AvailabilityQuery {
  serviceType: string;
  /** RFC 3339 or a local date; default now. */
  from?: string;
  /** RFC 3339 or a local date (included); default a week after `from`. */
  to?: string;
  providerId?: string;
  /**
   * One offer per start, with any provider who is free when it is taken: two callers who hear of the same time both get it while
   * two are free. Not used when a provider was requested.
   */
  anyProvider?: boolean;
  /** One provider per start is enough, and the offer is with them. */
  firstPerStart?: boolean;
  /** For the labels only; opening hours are always in the clinic's time zone. */
  timeZone?: string;
  /** Whether each refused start of the first seven days is wanted too. */
  explain?: boolean;
}

const DAY_MS = 86_400_000;

const DEFAULT_SPAN_MS = 7 * DAY_MS;

const MAX_SPAN_MS = 31 * DAY_MS;

const MAX_HORIZON_MS = 1_096 * DAY_MS;

const EXPLAINED_MS = 7 * DAY_MS;

/** The limit of one answer: a month of ten empty calendars in quarter hours fits, and a process can write it at once. */
const AVAILABILITY_LIMITS = { answers: 7_500, starts: 75_000 };

/**
 * The free times of a service, and for each day without one the reason. One statement, no call to Google.
 * @throws {AppError} UNKNOWN_SERVICE, PROVIDER_NOT_FOUND, SERVICE_NOT_OFFERED, INVALID_TIME.
 */
export async function findAvailability(
  context: AvailabilityContext,
  scope: TenantScope,
  query: AvailabilityQuery,
): Promise<Availability> {
  const now = context.clock.now();
  const labelZone = checkedZone(query.timeZone);
  const rows = await context.database.tenantStatement(
    scope,
    readCalendar(scope.orgId, now, ...paddedRange(query, now.getTime())),
  );
  const clinicRules = rulesOf(rows);
  const { clinic } = clinicRules;
  const service = pickService(clinicRules.services, query.serviceType);
  const staff = chosenStaff(clinicRules, service, query.providerId);

  const first = now.getTime() + 1;
  const asked = parseBoundary(query.from, clinic.time_zone, 'start') ?? now.getTime();
  const from = Math.max(asked, first);
  const wanted = parseBoundary(query.to, clinic.time_zone, 'end') ?? from + DEFAULT_SPAN_MS;
  if (query.from && wanted <= asked) {
    throw invalidTime(`"to" (${query.to}) must come after "from" (${query.from}).`);
  }
  const gone = pastDays(asked, Math.min(wanted, first), clinic.time_zone, now.getTime());
  if (wanted <= first) return { slots: [], reasons: gone };
  const to = Math.min(wanted, from + MAX_SPAN_MS);
  const durationMinutes = service.duration_minutes;
  const rules = rulesFor(clinicRules, service, { now: now.getTime(), durationMinutes, ignoresNotice: false });
  const anyProvider = query.anyProvider === true && query.providerId === undefined;
  const { slots, emptyDays, refused, cutAt } = findFreeTimes({
    ...rules,
    providers: calendarsOf(rows, staff, service, durationMinutes),
    from: query.explain ? Math.min(asked, from) : from,
    to,
    stepMinutes: service.slot_step_minutes,
    bufferBeforeMs: service.buffer_before_minutes * 60_000,
    bufferAfterMs: service.buffer_after_minutes * 60_000,
    explainUntil: query.explain ? from + EXPLAINED_MS : 0,
    firstPerStart: anyProvider || query.firstPerStart === true,
    limits: AVAILABILITY_LIMITS,
  });
  const setting: Setting = {
    ...rules,
    holidays: clinicRules.holidays,
    onlyProvider: query.providerId && staff[0]?.name,
  };
  const reasons: Availability['reasons'] = [
    ...gone.filter(({ date }) => date !== localDate(first, clinic.time_zone).toString()),
    ...emptyDays.map((day) => ({
      date: day.date,
      reason: day.reason,
      detail: detailOfDay(day, setting),
    })),
  ];
  if (cutAt !== undefined) {
    const again = new Date(cutAt).toISOString();
    const date = localDate(cutAt, clinic.time_zone).toString();
    const detail = `One search can’t cover that much. Search again from ${again}.`;
    reasons.push({ date, reason: 'too_many_days', detail, ask_from: again });
  } else if (wanted > to) {
    const nextDay = localDate(to, clinic.time_zone).toString();
    const detail = `One search covers up to 31 days. Search again from ${nextDay}.`;
    reasons.push({ date: nextDay, reason: 'too_many_days', detail });
  }
  return {
    slots: presentSlots(slots, {
      slotKey: context.slotKey,
      orgId: scope.orgId,
      service: service.slug,
      timeZone: labelZone ?? clinic.time_zone,
      now,
      anyProvider,
    }),
    reasons,
    ...(staff.some(({ calendar }) => calendar === 'stale') && { calendar_state: 'stale' as const }),
    ...(query.explain && {
      explain: refused.map((one) => ({
        start: one.start === undefined ? one.local : new Date(one.start).toISOString(),
        provider_id: one.providerId,
        reason: one.reason,
        detail: detailOfStart(one, setting),
      })),
    }),
  };
}

/** The days of a range that have passed, at most as many as one search covers. */
function pastDays(from: number, to: number, timeZone: string, now: number): Availability['reasons'] {
  const today = localDate(now, timeZone);
  const gone: Availability['reasons'] = [];
  const last = localDate(to - 1, timeZone);
  let date = localDate(Math.max(from, to - MAX_SPAN_MS), timeZone);
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const detail = date.equals(today) ? 'That part of the day has passed.' : 'That day has passed.';
    gone.push({ date: date.toString(), reason: 'past', detail });
  }
  return gone;
}

function chosenStaff(rules: ClinicRules, service: ServiceFacts, providerId: string | undefined) {
  const staff = staffFor(rules, service);
  if (providerId === undefined) return staff;
  const provider = rules.staff.find(({ id }) => id === providerId);
  if (!provider) throw requestedErrors.unknownProvider([]);
  if (!staff.includes(provider)) throw availabilityErrors.notOffered(provider.name, service.name, []);
  return [provider];
}

/**
 * A range that covers everything the search will need, before the clinic's zone is known: rules and times are read
 * together then. A date is somewhere within 15 hours of the same date in UTC.
 */
function paddedRange({ from: fromText, to: toText }: AvailabilityQuery, now: number): [Date, Date] {
  const coming = (at: number) => Math.min(Math.max(at, now), now + MAX_HORIZON_MS);
  const from = coming(parseBoundary(fromText, 'UTC', 'start') ?? now);
  const to = coming(parseBoundary(toText, 'UTC', 'end') ?? from + DEFAULT_SPAN_MS);
  return withBuffers(from - DAY_MS, Math.max(from, Math.min(to, from + MAX_SPAN_MS)) + DAY_MS);
}

function parseBoundary(
  text: string | undefined,
  timeZone: string,
  side: 'start' | 'end',
): number | undefined {
  if (text === undefined) return undefined;
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
      const day = Temporal.PlainDate.from(text, { overflow: 'reject' });
      return (side === 'start' ? day : day.add({ days: 1 })).toZonedDateTime(timeZone).epochMilliseconds;
    }
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    throw invalidTime(
      `"${text}" is neither a date (2026-11-23) nor a time with its offset (2026-11-23T09:00:00Z).`,
    );
  }
}

function checkedZone(zone: string | undefined): string | undefined {
  if (!zone) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw invalidTime(`"${zone}" is not a time zone. Use a name such as America/New_York.`);
  }
}
