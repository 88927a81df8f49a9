import type { Db } from '../platform/database.ts';
import { sqlState } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AtomicResult, activeProviders, bookAtomically, findClinic } from './booking.queries.ts';
import { cleanContact } from './contact.ts';
import { type AvailabilityContext, findAlternatives, findService } from './find-availability.ts';
import { spokenDay, spokenTime } from './labels.ts';
import { readSlot } from './slot-id.ts';
import { visibleLines } from './text.ts';
import { fromWallClock } from './wall-clock.ts';
import { isOpen, WorkingHours } from './working-hours.ts';

export interface BookingContext extends AvailabilityContext {
  log: Logger;
}

export type When =
  | { slotId: string }
  | { at: Date }
  /** Wall clock of the clinic. */
  | { date: string; time: string };

export interface BookingRequest {
  name: string;
  phone: string;
  email?: string | undefined;
  serviceType: string;
  when: When;
  durationMinutes?: number | undefined;
  providerId?: string | undefined;
  providerName?: string | undefined;
  notes?: string | undefined;
}

/** Who books, for the audit log. */
export interface BookingOrigin {
  source: 'api' | 'dashboard' | 'voice';
  requestId: string;
  actorId?: string;
  /** A repeated booking of the same patient and time within one call is the same booking. */
  callId?: string;
}

export interface BookedAppointment {
  appointmentId: string;
  contactId: string;
  scheduledAt: Date;
  /** A sentence to show or to speak. */
  confirmation: string;
}

const DAY_MS = 86_400_000;

/**
 * Books, or says why not and what else is free. The rules of the clinic (opening hours, horizon) are checked
 * here; that nobody else has the time is `book_appointment_atomic`'s promise.
 * @throws {AppError} a code of `booking.errors.ts`; nothing is written then.
 */
export async function bookAppointment(
  context: BookingContext,
  scope: TenantScope,
  request: BookingRequest,
  origin: BookingOrigin,
): Promise<BookedAppointment> {
  const { database, clock, log } = context;
  const attempt = () =>
    database.withTenant(scope, async (db) => {
      const clinic = await findClinic(db, scope.orgId);
      const now = clock.now();
      const contact = cleanContact(request, clinic.country);
      const offer =
        'slotId' in request.when ? readSlot(context.slotKey, request.when.slotId, now) : undefined;
      if (offer === null || (offer && offer.orgId !== scope.orgId)) throw bookingErrors.slotExpired();
      const service = await findService(db, scope.orgId, offer?.service ?? request.serviceType);
      const at = offer?.startsAt ?? startOf(request.when, clinic.time_zone);
      const horizon = new Date(now.getTime() + clinic.booking_horizon_days * DAY_MS);
      if (at <= now) throw bookingErrors.inThePast();
      if (at > horizon) throw bookingErrors.beyondHorizon(spokenDay(horizon, clinic.time_zone));
      const durationMinutes = request.durationMinutes ?? service.duration_minutes;
      const { providerIds, candidates } = await onDuty(
        db,
        scope,
        // An offer names its provider; a name that was said besides cannot make it another one.
        offer ? { providerId: offer.providerId } : request,
        at,
        durationMinutes,
        clinic.time_zone,
      );
      const wish = { clinic, service, at, durationMinutes, providerIds };
      if (candidates.length === 0) {
        throw bookingErrors.outsideHours(await findAlternatives(context, db, scope.orgId, wish));
      }

      const result = await firstFree(candidates, (providerId) =>
        bookAtomically(db, {
          orgId: scope.orgId,
          ...contact,
          serviceType: service.slug,
          scheduledAt: at,
          durationMinutes,
          providerId,
          notes: request.notes === undefined ? null : visibleLines(request.notes),
          source: origin.source,
          actorId: origin.actorId ?? null,
          callId: origin.callId ?? null,
          requestId: origin.requestId,
        }),
      );
      if (!result.success) {
        if (result.error === 'SLOT_UNAVAILABLE') return { taken: wish };
        throw bookingErrors.refused(result.error, result.message);
      }
      return {
        appointmentId: result.appointment_id,
        contactId: result.contact_id,
        scheduledAt: at,
        confirmation: `You are booked for ${service.name} on ${spokenTime(at, clinic.time_zone, now)}. A text message confirms it.`,
      };
    });
  const booked = await retriedOnce(attempt);
  if (booked.taken) {
    const { taken } = booked;
    // In a transaction of its own: the refused one held the provider's lock, and other callers wait for it.
    throw bookingErrors.taken(
      await database.withTenant(scope, (db) => findAlternatives(context, db, scope.orgId, taken)),
    );
  }
  log.info(
    {
      org_id: scope.orgId,
      appointment_id: booked.appointmentId,
      source: origin.source,
      request_id: origin.requestId,
    },
    '[Booking] Appointment booked',
  );
  return booked;
}

function startOf(when: Exclude<When, { slotId: string }> | When, timeZone: string): Date {
  if ('at' in when) return when.at;
  if ('date' in when) return fromWallClock(when.date, when.time, timeZone);
  throw bookingErrors.slotExpired();
}

/**
 * Who is asked for, and who of them works for the whole of that time. One candidate `null` stands for "any of them": when every provider is on
 * duty, SQL chooses the least booked one inside its lock.
 */
async function onDuty(
  db: Db,
  scope: TenantScope,
  wish: { providerId?: string | undefined; providerName?: string | undefined },
  at: Date,
  durationMinutes: number,
  timeZone: string,
): Promise<{ providerIds: string[]; candidates: (string | null)[] }> {
  const all = await activeProviders(db, scope.orgId);
  const name = wish.providerName?.trim().toLowerCase();
  const asked = all.filter(
    (provider) =>
      (wish.providerId === undefined || provider.id === wish.providerId) &&
      (!name || provider.name.toLowerCase().includes(name)),
  );
  if (asked.length === 0) throw bookingErrors.unknownProvider();
  const appointment = { from: at.getTime(), to: at.getTime() + durationMinutes * 60_000 };
  const working = asked.filter((provider) =>
    isOpen(WorkingHours.parse(provider.working_hours), appointment, timeZone),
  );
  return {
    providerIds: asked.map((provider) => provider.id),
    candidates:
      working.length > 1 && working.length === all.length ? [null] : working.map((provider) => provider.id),
  };
}

async function firstFree(
  candidates: (string | null)[],
  book: (providerId: string | null) => Promise<AtomicResult>,
): Promise<AtomicResult> {
  let result: AtomicResult = { success: false, error: 'SLOT_UNAVAILABLE', message: '' };
  for (const candidate of candidates) {
    result = await book(candidate);
    if (result.success || result.error !== 'SLOT_UNAVAILABLE') return result;
  }
  return result;
}

// A deadlock or serialization failure says nothing about the slot; the whole transaction was rolled back.
const TRANSIENT = new Set(['40P01', '40001']);

async function retriedOnce<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!TRANSIENT.has(sqlState(error) ?? '')) throw error;
    return attempt();
  }
}
