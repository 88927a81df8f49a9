import type { WantedSlot } from '../availability/index.ts';
import { clockTime, spokenTime } from '../platform/local-time/wording.ts';
import { bookingErrors } from './booking.errors.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import { type ChangedAppointment, getAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, delayText, type Refused, undoAtomically } from './changes.queries.ts';
import { formerSlot } from './former-slot.ts';
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
 * @throws {AppError} NOTHING_TO_UNDO, UNDO_EXPIRED, APPOINTMENT_NOT_FOUND.
 * @throws {SlotRefused} when that time is taken.
 */
export async function undoAppointment(
  tx: BookingTransaction,
  request: UndoRequest,
  origin: ChangeOrigin,
): Promise<ChangedAppointment> {
  const { db, orgId } = tx;
  const former = await formerSlot(tx, request.appointmentId);
  const result = await undoAtomically(db, orgId, request.appointmentId, request.reason ?? null, origin);
  if (!result.success) throw refusalOfUndo(result, former, request.appointmentId);
  await delayText(db, orgId, request.appointmentId, request.notifyAfterSeconds);

  const appointment = await getAppointment(tx, request.appointmentId);
  logChange(tx, appointment, origin, 'restored');
  const when = spokenTime(appointment.scheduled_at, former.clinic.time_zone, tx.clock.now());
  return { appointment, confirmation: `The appointment is on ${when} again.` };
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
