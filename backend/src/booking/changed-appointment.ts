import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, findAppointment } from './booking.queries.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import type { ChangeOrigin } from './changes.queries.ts';

/** What became of an appointment, and the sentence for it. */
export interface ChangedAppointment {
  appointment: AppointmentRow;
  confirmation: string;
}

/** @throws {AppError} APPOINTMENT_NOT_FOUND. */
export async function getAppointment(
  { db, orgId }: Pick<BookingTransaction, 'db' | 'orgId'>,
  appointmentId: string,
): Promise<AppointmentRow> {
  const row = await findAppointment(db, orgId, appointmentId);
  if (!row) throw bookingErrors.notFound();
  return row;
}

/** One line a change, with ids and no patient. */
export function logChange(
  tx: BookingTransaction,
  appointment: AppointmentRow,
  { source, requestId }: ChangeOrigin,
  change: 'moved' | 'cancelled' | 'restored' | 'changed its status',
): void {
  tx.logOnCommit(
    {
      org_id: tx.orgId,
      appointment_id: appointment.id,
      status: appointment.status,
      source,
      request_id: requestId,
    },
    `[Booking] Appointment ${change}`,
  );
}
