import type { Transact } from '../deliveries/index.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { bookingErrors } from './booking.errors.ts';
import { findAppointment } from './booking.queries.ts';
import { type ChangedAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, moveAtomically } from './changes.queries.ts';
import { serviceOf } from './find-availability.ts';
import {
  changeOnce,
  findPlace,
  inTenant,
  momentOf,
  type ProviderWish,
  refusalOf,
  rulesIn,
  type When,
} from './find-place.ts';
import { spokenTime } from './labels.ts';

export interface MoveWish extends ProviderWish {
  appointmentId: string;
  /** Without it the time stays, and only provider or length change. */
  when?: When | undefined;
  durationMinutes?: number | undefined;
  overbook?: boolean | undefined;
  reason?: string | undefined;
  /** Whether the patient gets a text with the new time; default yes. */
  notify?: boolean | undefined;
}

/**
 * Moves an appointment on its own row: id, contact and the event in Google stay. Without a provider in the wish it
 * stays with its provider.
 * @throws {AppError} a code of `booking.errors.ts`, taken times with alternatives; nothing is written then.
 */
export async function moveAppointment(
  context: BookingContext,
  scope: TenantScope,
  wish: MoveWish,
  origin: ChangeOrigin,
  transact: Transact<ChangedAppointment> = inTenant(context.database, scope),
): Promise<ChangedAppointment> {
  const { orgId } = scope;
  const changed = await changeOnce(context, scope, transact, async (db) => {
    const row = await findAppointment(db, orgId, wish.appointmentId);
    if (!row) throw bookingErrors.notFound();
    const rules = await rulesIn(context, db, orgId);
    const { clinic } = rules;
    const { at, offer } = momentOf(context, scope, wish.when ?? { at: row.scheduled_at }, clinic.time_zone);
    const provider = offer ?? (wish.providerId || wish.providerName ? wish : { providerId: row.provider_id });
    const place = findPlace(context, rules, {
      service: serviceOf(rules.services, row),
      at,
      durationMinutes: wish.durationMinutes ?? row.duration_minutes,
      provider,
      by: origin.source,
    });
    const result = await moveAtomically(
      db,
      orgId,
      wish.appointmentId,
      {
        scheduledAt: at,
        durationMinutes: place.durationMinutes,
        providerIds: place.onDuty,
        overbook: wish.overbook ?? false,
        reason: wish.reason ?? null,
        notify: wish.notify ?? true,
      },
      origin,
    );
    if (!result.success) throw refusalOf(result, place);
    const appointment = await findAppointment(db, orgId, wish.appointmentId);
    if (!appointment) throw bookingErrors.notFound();
    return {
      appointment,
      confirmation: `Your appointment is now on ${spokenTime(at, clinic.time_zone, context.clock.now())}.`,
    };
  });
  logChange(context, scope, changed, origin, 'moved');
  return changed;
}
