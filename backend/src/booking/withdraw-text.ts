import { bookingErrors } from './booking.errors.ts';
import type { AppointmentRow } from './booking.queries.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import { getAppointment } from './changed-appointment.ts';
import { withdrawText as takeBackText } from './changes.queries.ts';

/**
 * The patient gets no text about the last change, as long as it waits. The change stays.
 * @throws {AppError} NO_TEXT_WAITS, APPOINTMENT_NOT_FOUND.
 */
export async function withdrawText(
  tx: BookingTransaction,
  appointmentId: string,
  requestId: string,
): Promise<AppointmentRow> {
  if (!(await takeBackText(tx.db, tx.orgId, appointmentId, requestId))) throw bookingErrors.noTextWaits();
  return getAppointment(tx, appointmentId);
}
