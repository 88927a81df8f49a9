import { inTenant, type Transact } from '../platform/database.ts';
import { spokenTime } from '../platform/local-time/wording.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { findClinic } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { findAppointment } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
import { inBookingTransaction } from './booking-transaction.ts';
import { type ChangedAppointment, logChange } from './changed-appointment.ts';
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
  context: BookingContext,
  scope: TenantScope,
  wish: CancelRequest,
  origin: ChangeOrigin,
  transact: Transact<ChangedAppointment> = inTenant(context.database, scope),
): Promise<ChangedAppointment> {
  const { orgId } = scope;
  const changed = await inBookingTransaction(context, scope, transact, async (db) => {
    const how = { reason: wish.reason ?? null, notify: wish.notify ?? true };
    const result = await cancelAtomically(db, orgId, wish.appointmentId, how, origin);
    if (!result.success) throw bookingErrors.refused(result.error, result.message);
    await delayText(db, orgId, wish.appointmentId, wish.notifyAfterSeconds);
    const appointment = await findAppointment(db, orgId, wish.appointmentId);
    if (!appointment) throw bookingErrors.notFound();
    const { time_zone: timeZone } = await findClinic(db, orgId);
    const when = spokenTime(appointment.scheduled_at, timeZone, context.clock.now());
    return { appointment, confirmation: `The appointment on ${when} has been canceled.` };
  });
  logChange(context, scope, changed, origin, 'cancelled');
  return changed;
}
