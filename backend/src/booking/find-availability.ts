import type { Slot } from '@voxanne/contract';
import { Temporal } from 'temporal-polyfill';
import type { Clock } from '../platform/clock.ts';
import type { Database, Db } from '../platform/database.ts';
import type { OrgId, TenantScope } from '../platform/tenant.ts';
import { closestTo, type FreeSlot, type FreeTimes, findFreeTimes } from './availability.ts';
import { bookingErrors } from './booking.errors.ts';
import {
  activeProviders,
  activeServices,
  busyRanges,
  type ClinicForBooking,
  findClinic,
  type ServiceRow,
} from './booking.queries.ts';
import { spokenTime } from './labels.ts';
import { signSlot } from './slot-id.ts';
import { localDate, WorkingHours } from './working-hours.ts';

export interface AvailabilityContext {
  database: Database;
  clock: Clock;
  slotKey: Buffer;
}

export interface AvailabilityQuery {
  serviceType: string;
  /** RFC 3339 or a local date; default now. */
  from?: string;
  /** RFC 3339 or a local date (included); default a week after `from`. */
  to?: string;
  providerId?: string;
  /** For the labels; times of opening are always the clinic's. */
  timeZone?: string;
}

export interface AvailabilityAnswer {
  slots: Slot[];
  reasons: { date: string; reason: string; detail: string }[];
}

const DAY_MS = 86_400_000;
const DEFAULT_SPAN_MS = 7 * DAY_MS;
const LONGEST_SPAN_MS = 31 * DAY_MS;

/**
 * The free times of a service, and for each day without one the reason. Two range reads, no call to Google.
 * @throws {AppError} UNKNOWN_SERVICE, PROVIDER_NOT_FOUND, INVALID_TIME.
 */
export function findAvailability(
  context: AvailabilityContext,
  scope: TenantScope,
  query: AvailabilityQuery,
): Promise<AvailabilityAnswer> {
  return context.database.withTenant(scope, async (db) => {
    const clinic = await findClinic(db, scope.orgId);
    const service = await findService(db, scope.orgId, query.serviceType);
    const labelZone = checkedZone(query.timeZone) ?? clinic.time_zone;
    const now = context.clock.now();
    const horizon = now.getTime() + clinic.booking_horizon_days * DAY_MS;
    const asked = edge(query.from, clinic.time_zone, 'start') ?? now.getTime();
    const from = Math.max(asked, stillToCome(now));
    const wanted = edge(query.to, clinic.time_zone, 'end') ?? from + DEFAULT_SPAN_MS;
    if (query.from && wanted <= asked) {
      throw bookingErrors.invalidTime(`"to" (${query.to}) must come after "from" (${query.from}).`);
    }
    const to = Math.min(wanted, horizon, from + LONGEST_SPAN_MS);
    const reasons: AvailabilityAnswer['reasons'] = [];
    if (wanted > horizon) {
      const lastDay = localDate(horizon, clinic.time_zone).toString();
      reasons.push({
        date: lastDay,
        reason: 'horizon',
        detail: `Appointments can be booked until ${lastDay}.`,
      });
    }
    if (wanted > from + LONGEST_SPAN_MS && horizon > from + LONGEST_SPAN_MS) {
      const nextDay = localDate(from + LONGEST_SPAN_MS, clinic.time_zone).toString();
      reasons.push({
        date: nextDay,
        reason: 'too_many_days',
        detail: `31 days are looked at in one go. Ask again from ${nextDay}.`,
      });
    }
    if (to <= from) {
      if (wanted <= stillToCome(now)) {
        reasons.push({
          date: localDate(wanted - 1, clinic.time_zone).toString(),
          reason: 'past',
          detail: DETAILS.past,
        });
      }
      return { slots: [], reasons };
    }
    const times = await freeTimes(db, scope.orgId, {
      clinic,
      service,
      durationMinutes: service.duration_minutes,
      from,
      to,
      ...(query.providerId ? { providerIds: [query.providerId] } : {}),
    });
    return {
      slots: times.slots.map((slot) => present(context, scope.orgId, service, slot, labelZone, now)),
      reasons: [
        ...times.emptyDays.map(({ date, reason }) => {
          // Hours before a "from" that is still to come have not passed; nobody asked for them.
          const honest = reason === 'past' && from > stillToCome(now) ? 'out_of_range' : reason;
          return { date, reason: honest, detail: DETAILS[honest] };
        }),
        ...reasons,
      ],
    };
  });
}

const DETAILS = {
  closed: 'The clinic is closed on that day.',
  too_short: 'The clinic is not open long enough for this service on that day.',
  out_of_range: 'The clinic is not open in the part of that day that was asked for.',
  full: 'Every time of that day is taken.',
  past: 'The rest of that day has passed.',
};

export interface Wish {
  clinic: ClinicForBooking;
  service: ServiceRow;
  at: Date;
  durationMinutes: number;
  /** Who may do it. */
  providerIds: string[];
}

/** The present moment has passed by the time somebody says yes to it. */
const stillToCome = (now: Date): number => now.getTime() + 1;

/** What is free around a time that could not be had: the three closest within a week that could be booked instead. */
export async function findAlternatives(
  context: AvailabilityContext,
  db: Db,
  orgId: OrgId,
  wish: Wish,
): Promise<Slot[]> {
  const now = context.clock.now();
  const horizon = now.getTime() + wish.clinic.booking_horizon_days * DAY_MS;
  const times = await freeTimes(db, orgId, {
    ...wish,
    from: Math.max(stillToCome(now), wish.at.getTime() - DAY_MS),
    to: Math.min(wish.at.getTime() + DEFAULT_SPAN_MS, horizon),
  });
  return closestTo(times.slots, wish.at.getTime(), 3).map((slot) =>
    present(context, orgId, wish.service, slot, wish.clinic.time_zone, now),
  );
}

async function freeTimes(
  db: Db,
  orgId: OrgId,
  range: {
    clinic: ClinicForBooking;
    service: ServiceRow;
    durationMinutes: number;
    from: number;
    to: number;
    providerIds?: string[];
  },
): Promise<FreeTimes> {
  const { providerIds } = range;
  const all = await activeProviders(db, orgId);
  const chosen = providerIds ? all.filter((provider) => providerIds.includes(provider.id)) : all;
  if (providerIds && chosen.length === 0) throw bookingErrors.unknownProvider();
  const durationMs = range.durationMinutes * 60_000;
  // What the service keeps free around itself, put around everybody else: the same overlap, and slots stay slots.
  const before = range.service.buffer_before_minutes * 60_000;
  const after = range.service.buffer_after_minutes * 60_000;
  const busy = await busyRanges(
    db,
    orgId,
    new Date(range.from - before),
    new Date(range.to + durationMs + after),
  );
  return findFreeTimes({
    providers: chosen.map((provider) => ({
      id: provider.id,
      name: provider.name,
      hours: WorkingHours.parse(provider.working_hours),
      busy: busy
        .filter((row) => row.provider_id === provider.id)
        .map((row) => ({ from: row.busy_from.getTime() - after, to: row.busy_to.getTime() + before })),
    })),
    from: range.from,
    to: range.to,
    durationMs,
    timeZone: range.clinic.time_zone,
  });
}

/** Accepts "Follow up", "follow_up" and "followup" for `follow-up`: a voice agent writes what it heard. */
export async function findService(db: Db, orgId: OrgId, asked: string): Promise<ServiceRow> {
  const services = await activeServices(db, orgId);
  const key = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  const found = services.find((service) =>
    [service.slug, service.name].some((name) => key(name) === key(asked)),
  );
  if (!found)
    throw bookingErrors.unknownService(
      asked,
      services.map((service) => service.slug),
    );
  return found;
}

/** The service of an appointment that exists; also one that is not offered any more. */
export async function bookedService(
  db: Db,
  orgId: OrgId,
  { service_type: slug, duration_minutes }: { service_type: string; duration_minutes: number },
): Promise<ServiceRow> {
  const services = await activeServices(db, orgId);
  return (
    services.find((service) => service.slug === slug) ?? {
      id: '',
      name: slug,
      slug,
      duration_minutes,
      active: false,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
    }
  );
}

function present(
  context: AvailabilityContext,
  orgId: OrgId,
  service: ServiceRow,
  slot: FreeSlot,
  timeZone: string,
  now: Date,
): Slot {
  const startsAt = new Date(slot.from);
  return {
    slot_id: signSlot(
      context.slotKey,
      { orgId, providerId: slot.providerId, service: service.slug, startsAt },
      now,
    ),
    start: startsAt.toISOString(),
    end: new Date(slot.to).toISOString(),
    provider_id: slot.providerId,
    provider_name: slot.providerName,
    label: spokenTime(startsAt, timeZone, now),
  };
}

function edge(text: string | undefined, timeZone: string, side: 'start' | 'end'): number | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
      const day = Temporal.PlainDate.from(text, { overflow: 'reject' });
      return (side === 'start' ? day : day.add({ days: 1 })).toZonedDateTime(timeZone).epochMilliseconds;
    }
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    throw bookingErrors.invalidTime(
      `"${text}" is neither a date (2026-11-23) nor a time with its offset (2026-11-23T09:00:00Z).`,
    );
  }
}

function checkedZone(zone: string | undefined): string | undefined {
  if (!zone) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw bookingErrors.invalidTime(`"${zone}" is not a time zone. Use a name such as America/New_York.`);
  }
}
