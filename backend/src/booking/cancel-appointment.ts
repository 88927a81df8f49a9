import { spokenTime } from '../platform/local-time/wording.ts';
import { findClinic } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import { type ChangedAppointment, getAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, cancelAtomically, delayText } from './changes.queries.ts';

export interface CancelRequest {
  appointmentId: string;
  reason?: string | undefined;
  /** Whether the patient gets a text; default yes. */
  notify?: boolean | undefined;
  /** How long the text about it waits; default not at all. */
  notifyAfterSeconds?: number | undefined;
}

/**
 * Cancels, and gives the time back. One that is canceled already stays as it is and is answered the same.
 * @throws {AppError} APPOINTMENT_NOT_FOUND, NOT_CHANGEABLE.
 */
export async function cancelAppointment(
  tx: BookingTransaction,
  request: CancelRequest,
  origin: ChangeOrigin,
): Promise<ChangedAppointment> {
  const { db, orgId } = tx;
  const how = { reason: request.reason ?? null, notify: request.notify ?? true };
  const result = await cancelAtomically(db, orgId, request.appointmentId, how, origin);
  if (!result.success) throw bookingErrors.refused(result.error, result.message);
  await delayText(db, orgId, request.appointmentId, request.notifyAfterSeconds);

  const appointment = await getAppointment(tx, request.appointmentId);
  logChange(tx, appointment, origin, 'cancelled');
  const { time_zone: timeZone } = await findClinic(db, orgId);
  const when = spokenTime(appointment.scheduled_at, timeZone, tx.clock.now());
  return { appointment, confirmation: `The appointment on ${when} has been canceled.` };
}
