import type { Transact } from '../deliveries/index.ts';
import { askIn } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, findAppointment } from './booking.queries.ts';
import { type ChangedAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, lockAppointment, moveAtomically } from './changes.queries.ts';
import { serviceOf } from './find-availability.ts';
import {
  changeOnce,
  findPlace,
  inTenant,
  momentOf,
  namesSomebody,
  type ProviderWish,
  refusalOf,
  rulesIn,
  type When,
  whoIsAskedFor,
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
  /** The version that was seen; one that has changed since is not moved, unless it is there already. */
  version?: number | undefined;
}

/**
 * Moves an appointment on its own row: id, contact and the event in Google stay. Without a provider in the wish it
 * stays with its provider; with one who left, whoever offers the service may take it.
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
    // What the wish leaves open is filled in from the row: of two moves at once the second must see what the first did.
    await lockAppointment(db, orgId, wish.appointmentId);
    const row = await findAppointment(db, orgId, wish.appointmentId);
    if (!row) throw bookingErrors.notFound();
    const rules = await rulesIn(context, askIn(db), orgId);
    const { clinic } = rules;
    const { at, offer } = momentOf(context, scope, wish.when ?? { at: row.scheduled_at }, clinic.time_zone);
    const durationMinutes = wish.durationMinutes ?? row.duration_minutes;
    const asked = whoIsAskedFor(offer, wish);
    const isThereAlready =
      row.scheduled_at.getTime() === at.getTime() &&
      row.duration_minutes === durationMinutes &&
      (asked.providerId ?? row.provider_id) === row.provider_id;
    if (isOutdated(wish, row) && !isThereAlready) {
      const when = spokenTime(row.scheduled_at, clinic.time_zone, context.clock.now());
      throw bookingErrors.changedMeanwhile(when, row.provider_name);
    }
    const staysWithIts =
      !offer && !namesSomebody(asked) && rules.staff.some(({ id }) => id === row.provider_id);
    const place = findPlace(context, rules, {
      service: serviceOf(rules.services, row),
      at,
      durationMinutes,
      provider: staysWithIts ? { providerId: row.provider_id } : asked,
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

// One that cannot be moved any more is refused for that, whatever was seen.
const isOutdated = ({ version }: MoveWish, row: AppointmentRow): boolean =>
  version !== undefined && version !== row.version && ['pending', 'confirmed'].includes(row.status);
