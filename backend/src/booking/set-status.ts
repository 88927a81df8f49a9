import type { Transact } from '../deliveries/index.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { bookingErrors } from './booking.errors.ts';
import { findAppointment } from './booking.queries.ts';
import { type ChangedAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, setStatusAtomically } from './changes.queries.ts';
import { changeOnce, inTenant, refusalOf } from './find-place.ts';
import { formerPlace } from './undo-appointment.ts';

export interface StatusWish {
  appointmentId: string;
  status: 'confirmed' | 'arrived' | 'completed' | 'no_show';
  reason?: string | undefined;
}

const SENTENCES = {
  confirmed: 'The appointment is confirmed.',
  arrived: 'The patient is here.',
  completed: 'The visit is over.',
  no_show: 'The patient did not come.',
};

/**
 * Changes the status by hand; which one may follow which is `app_private.may_become`'s.
 * @throws {AppError} APPOINTMENT_NOT_FOUND, ILLEGAL_TRANSITION, SLOT_UNAVAILABLE when its time was given away since.
 */
export async function setStatus(
  context: BookingContext,
  scope: TenantScope,
  wish: StatusWish,
  origin: ChangeOrigin,
  transact: Transact<ChangedAppointment> = inTenant(context.database, scope),
): Promise<ChangedAppointment> {
  const { orgId } = scope;
  const changed = await changeOnce(context, scope, transact, async (db) => {
    const place = await formerPlace(db, scope, wish.appointmentId);
    const change = { status: wish.status, reason: wish.reason ?? null };
    const result = await setStatusAtomically(db, orgId, wish.appointmentId, change, origin);
    if (!result.success) throw refusalOf(result, place);
    const appointment = await findAppointment(db, orgId, wish.appointmentId);
    if (!appointment) throw bookingErrors.notFound();
    return { appointment, confirmation: SENTENCES[wish.status] };
  });
  logChange(context, scope, changed, origin, 'changed its status');
  return changed;
}
