import type { WantedSlot } from '../availability/index.ts';
import { type Db, inTenant, type Transact } from '../platform/database.ts';
import { clockTime, spokenTime } from '../platform/local-time/wording.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { bookedService } from '../schedule/index.ts';
import { findClinic } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { findAppointment } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
import { inBookingTransaction } from './booking-transaction.ts';
import { type ChangedAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, delayText, placeOf, type Refused, undoAtomically } from './changes.queries.ts';
import { openOfferInTheWay } from './offer-in-the-way.queries.ts';
import { refusalOf, SlotRefused } from './slot-refusals.ts';

export interface UndoRequest {
  appointmentId: string;
  reason?: string | undefined;
  /** How long the text about it waits; default not at all. */
  notifyAfterSeconds?: number | undefined;
}

/**
 * Puts back what the last move or cancellation replaced, for ten minutes and while that time is free.
 * @throws {AppError} NOTHING_TO_UNDO, UNDO_EXPIRED, APPOINTMENT_NOT_FOUND, SLOT_UNAVAILABLE with alternatives.
 */
export async function undoAppointment(
  context: BookingContext,
  scope: TenantScope,
  wish: UndoRequest,
  origin: ChangeOrigin,
  transact: Transact<ChangedAppointment> = inTenant(context.database, scope),
): Promise<ChangedAppointment> {
  const { orgId } = scope;
  const changed = await inBookingTransaction(context, scope, transact, async (db) => {
    const former = await formerPlace(db, scope, wish.appointmentId);
    const result = await undoAtomically(db, orgId, wish.appointmentId, wish.reason ?? null, origin);
    if (!result.success) throw refusalOfUndo(result, former, wish.appointmentId);
    await delayText(db, orgId, wish.appointmentId, wish.notifyAfterSeconds);
    const appointment = await findAppointment(db, orgId, wish.appointmentId);
    if (!appointment) throw bookingErrors.notFound();
    const when = spokenTime(appointment.scheduled_at, former.clinic.time_zone, context.clock.now());
    return { appointment, confirmation: `The appointment is on ${when} again.` };
  });
  logChange(context, scope, changed, origin, 'restored');
  return changed;
}

/** Of a time that is kept for someone on the waitlist, until when; who it is, is theirs to know. */
function refusalOfUndo(result: Refused, former: WantedSlot, appointmentId: string): Error {
  if (result.error !== 'SLOT_UNAVAILABLE') return refusalOf(result, former);
  return new SlotRefused(former, async (alternatives, ask, orgId) => {
    const [offered] = await ask(openOfferInTheWay(orgId, appointmentId));
    return offered
      ? bookingErrors.offeredToWaitlist(clockTime(offered.until, former.clinic.time_zone), alternatives)
      : bookingErrors.taken(alternatives);
  });
}

/** Where the row would go back to; where it is when there is nothing to undo. */
export async function formerPlace(db: Db, scope: TenantScope, appointmentId: string): Promise<WantedSlot> {
  const place = await placeOf(db, scope.orgId, appointmentId);
  if (!place) throw bookingErrors.notFound();
  return {
    clinic: await findClinic(db, scope.orgId),
    service: await bookedService(db, scope.orgId, place),
    at: place.former_at ?? place.scheduled_at,
    durationMinutes: place.former_minutes ?? place.duration_minutes,
    providerIds: [place.former_provider_id ?? place.provider_id],
  };
}
