import { type Db, inTenant, type Transact } from '../platform/database.ts';
import { spokenTime } from '../platform/local-time/wording.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { writeAudit } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { findAppointment } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
import { inBookingTransaction } from './booking-transaction.ts';
import { type ChangedAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, delayText, lockAppointment, setStatusAtomically } from './changes.queries.ts';
import { isStaff } from './check-slot.ts';
import { refusalOf } from './slot-refusals.ts';
import { formerPlace } from './undo-appointment.ts';

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
 * @throws {AppError} APPOINTMENT_NOT_FOUND, ILLEGAL_TRANSITION, TOO_EARLY, SLOT_UNAVAILABLE when its time was given
 * away since.
 */
export async function setStatus(
  context: BookingContext,
  scope: TenantScope,
  wish: StatusRequest,
  origin: ChangeOrigin,
  transact: Transact<ChangedAppointment> = inTenant(context.database, scope),
): Promise<ChangedAppointment> {
  const { orgId } = scope;
  const changed = await inBookingTransaction(context, scope, transact, async (db) => {
    // Locked before it is read: one that is moved at this moment is judged by its new time.
    await lockAppointment(db, orgId, wish.appointmentId);
    const place = await formerPlace(db, scope, wish.appointmentId);
    const earlyFor = await recordsEarly(context, db, orgId, wish);
    if (earlyFor !== undefined && !(wish.early && isStaff(origin.source))) {
      throw bookingErrors.tooEarly(spokenTime(earlyFor, place.clinic.time_zone, context.clock.now()));
    }
    const change = { status: wish.status, reason: wish.reason ?? null };
    const result = await setStatusAtomically(db, orgId, wish.appointmentId, change, origin);
    if (!result.success) throw refusalOf(result, place);
    if (earlyFor !== undefined) {
      await writeAudit(db, {
        action: 'appointment.recorded_early',
        objectId: wish.appointmentId,
        after: { status: wish.status },
        requestId: origin.requestId ?? '',
      });
    }
    await delayText(db, orgId, wish.appointmentId, wish.notifyAfterSeconds);
    const appointment = await findAppointment(db, orgId, wish.appointmentId);
    if (!appointment) throw bookingErrors.notFound();
    return { appointment, confirmation: SENTENCES[wish.status] };
  });
  logChange(context, scope, changed, origin, 'changed its status');
  return changed;
}

/** When the visit begins, if the wish says what became of it although it is still to come. */
async function recordsEarly(
  { clock }: BookingContext,
  db: Db,
  orgId: string,
  wish: StatusRequest,
): Promise<Date | undefined> {
  const row = await findAppointment(db, orgId, wish.appointmentId);
  if (!row || wish.status === 'confirmed' || wish.status === row.status) return undefined;
  const isStillToCome = row.scheduled_at.getTime() - clock.now().getTime() > EARLY_MS;
  return isStillToCome ? row.scheduled_at : undefined;
}
