import type { TenantScope } from '../platform/tenant.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, findAppointment } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
import { withdrawText as takeBackText } from './changes.queries.ts';

/**
 * The patient gets no text about the last change, as long as it waits. The change stays.
 * @throws {AppError} NO_TEXT_WAITS, APPOINTMENT_NOT_FOUND.
 */
export function withdrawText(
  { database }: Pick<BookingContext, 'database'>,
  scope: TenantScope,
  appointmentId: string,
  requestId: string,
): Promise<AppointmentRow> {
  const { orgId } = scope;
  return database.withTenant(scope, async (db) => {
    if (!(await takeBackText(db, orgId, appointmentId, requestId))) throw bookingErrors.noTextWaits();
    const appointment = await findAppointment(db, orgId, appointmentId);
    if (!appointment) throw bookingErrors.notFound();
    return appointment;
  });
}
