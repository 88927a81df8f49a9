import { spokenTime } from '../platform/local-time/wording.ts';
import { writeAudit } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, findAppointment } from './booking.queries.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import { type ChangedAppointment, getAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, delayText, lockAppointment, setStatusAtomically } from './changes.queries.ts';
import { isStaff } from './check-slot.ts';
import { formerSlot } from './former-slot.ts';
import { refusalOf } from './slot-refusals.ts';

export interface StatusRequest {
  appointmentId: string;
  status: 'confirmed' | 'arrived' | 'completed' | 'no_show';
  reason?: string | undefined;
  /** Staff record it although the visit is still to come. */
  early?: boolean | undefined;
  /** How long the text about it waits; default not at all. */
  notifyAfterSeconds?: number | undefined;
}

/** From so long before the start on, what becomes of a visit is recorded without a question. */
const EARLY_MS = 30 * 60_000;

const SENTENCES = {
  confirmed: 'The appointment is confirmed.',
  arrived: 'The patient is here.',
  completed: 'The visit is done.',
  no_show: 'The patient didn’t come.',
};

/**
 * Changes the status by hand; which one may follow which is `app_private.may_become`'s.
 * @throws {AppError} APPOINTMENT_NOT_FOUND, ILLEGAL_TRANSITION, TOO_EARLY.
 * @throws {SlotRefused} when its time was given away since.
 */
export async function setStatus(
  tx: BookingTransaction,
  request: StatusRequest,
  origin: ChangeOrigin,
): Promise<ChangedAppointment> {
  const { db, orgId } = tx;
  // Locked before it is read: one that is moved at this moment is judged by its new time.
  await lockAppointment(db, orgId, request.appointmentId);
  const slot = await formerSlot(tx, request.appointmentId);
  const before = await findAppointment(db, orgId, request.appointmentId);

  const earlyFor = startStillToCome(tx, before, request);
  if (earlyFor !== undefined && !(request.early && isStaff(origin.source))) {
    throw bookingErrors.tooEarly(spokenTime(earlyFor, slot.clinic.time_zone, tx.clock.now()));
  }

  const change = { status: request.status, reason: request.reason ?? null };
  const result = await setStatusAtomically(db, orgId, request.appointmentId, change, origin);
  if (!result.success) throw refusalOf(result, slot);
  if (earlyFor !== undefined) {
    await writeAudit(db, {
      action: 'appointment.recorded_early',
      objectId: request.appointmentId,
      after: { status: request.status },
      requestId: origin.requestId ?? '',
    });
  }
  await delayText(db, orgId, request.appointmentId, request.notifyAfterSeconds);

  const appointment = await getAppointment(tx, request.appointmentId);
  logChange(tx, appointment, origin, 'changed its status');
  return { appointment, confirmation: SENTENCES[request.status] };
}

/** When the visit begins, if the request says what became of it although it is still to come. */
function startStillToCome(
  { clock }: BookingTransaction,
  row: AppointmentRow | undefined,
  { status }: StatusRequest,
): Date | undefined {
  if (!row || status === 'confirmed' || status === row.status) return undefined;
  return row.scheduled_at.getTime() - clock.now().getTime() > EARLY_MS ? row.scheduled_at : undefined;
}
