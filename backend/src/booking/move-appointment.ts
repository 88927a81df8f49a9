import { visibleLines } from '@voxanne/contract';
import { type ClinicRules, rulesIn } from '../availability/index.ts';
import { inTenant, queryIn, type Transact } from '../platform/database.ts';
import { spokenTime } from '../platform/local-time/wording.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { pickService, type RequestedProvider, readProvider, serviceOf, withWhom } from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, findAppointment } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
import { inBookingTransaction } from './booking-transaction.ts';
import { type ChangedAppointment, logChange } from './changed-appointment.ts';
import { type ChangeOrigin, delayText, lockAppointment, moveAtomically } from './changes.queries.ts';
import { type BookableSlot, checkSlot, type Insistence } from './check-slot.ts';
import { auditOutsideHours } from './outside-hours.ts';
import { momentOf, requestedProvider, type When, wholeMinute } from './requested-time.ts';
import { refusalOf } from './slot-refusals.ts';

export interface MoveRequest extends RequestedProvider {
  appointmentId: string;
  /** Without it the time stays, and only the rest changes. */
  when?: When | undefined;
  /** Without it the length stays, or is that of a new service. */
  durationMinutes?: number | undefined;
  serviceType?: string | undefined;
  /** Another patient of the clinic. */
  contactId?: string | undefined;
  /** Null takes them away. */
  notes?: string | null | undefined;
  overbook?: boolean | undefined;
  reason?: string | undefined;
  /** Whether the patient gets a text with the new time; default yes. */
  notify?: boolean | undefined;
  /** The version that was seen; one that has changed since is not changed again, unless it is like that already. */
  version?: number | undefined;
  insist?: Insistence | undefined;
  /** How long the text about it waits; default not at all. */
  notifyAfterSeconds?: number | undefined;
}

/**
 * Moves an appointment on its own row, or changes what it is about: its id and its event in Google stay. Without a
 * provider in the wish it stays with its provider; with one who left, another one who offers the service may take it.
 * The patient gets a text where there is something new for them: another time, or another patient.
 * @throws {AppError} a code of `booking.errors.ts`, taken times with alternatives; nothing is written then.
 */
export async function moveAppointment(
  context: BookingContext,
  scope: TenantScope,
  wish: MoveRequest,
  origin: ChangeOrigin,
  transact: Transact<ChangedAppointment> = inTenant(context.database, scope),
): Promise<ChangedAppointment> {
  const { orgId } = scope;
  const changed = await inBookingTransaction(context, scope, transact, async (db) => {
    // What the wish leaves open is filled in from the row: of two moves at once the second must see what the first did.
    await lockAppointment(db, orgId, wish.appointmentId);
    const row = await findAppointment(db, orgId, wish.appointmentId);
    if (!row) throw bookingErrors.notFound();
    const rules = await rulesIn(context, queryIn(db), orgId);
    const wanted = whatIsWanted(context, scope, rules, row, wish);
    if (isOutdated(wish, row) && !(wanted.staysInPlace && wanted.keepsDetails)) {
      const when = spokenTime(row.scheduled_at, rules.clinic.time_zone, context.clock.now());
      throw bookingErrors.changedMeanwhile(when, row.provider_name);
    }
    const place = wanted.staysInPlace
      ? placeOfRow(rules, row, wanted)
      : checkSlot(context, rules, {
          ...wanted,
          by: origin.source,
          insist: { ...wish.insist, sameStart: wanted.staysInTime },
        });
    const result = await moveAtomically(
      db,
      orgId,
      wish.appointmentId,
      {
        scheduledAt: wanted.at,
        durationMinutes: place.durationMinutes,
        providerIds: place.onDuty,
        serviceType: wanted.service.slug,
        contactId: wish.contactId,
        notes: wish.notes === undefined ? undefined : visibleLines(wish.notes ?? ''),
        checkTimeOff: place.against === undefined,
        overbook: wish.overbook ?? false,
        reason: wish.reason ?? null,
        notify: wish.notify ?? true,
      },
      origin,
    );
    if (!result.success) throw refusalOf(result, place);
    await auditOutsideHours(db, wish.appointmentId, place, origin);
    await delayText(db, orgId, wish.appointmentId, wish.notifyAfterSeconds);
    const appointment = await findAppointment(db, orgId, wish.appointmentId);
    if (!appointment) throw bookingErrors.notFound();
    const when =
      spokenTime(wanted.at, rules.clinic.time_zone, context.clock.now()) +
      withWhom(rules.staff, appointment.provider_id);
    return {
      appointment,
      confirmation:
        wanted.staysInPlace && !wanted.keepsDetails
          ? `The appointment on ${when} has been changed.`
          : `Your appointment is now on ${when}.`,
    };
  });
  logChange(context, scope, changed, origin, 'moved');
  return changed;
}

/** The wish, and what it leaves open as the row has it. */
function whatIsWanted(
  context: BookingContext,
  scope: TenantScope,
  rules: ClinicRules,
  row: AppointmentRow,
  wish: MoveRequest,
) {
  const { at, offer } = momentOf(
    context,
    scope,
    wish.when ?? { at: row.scheduled_at },
    rules.clinic.time_zone,
  );
  const current = serviceOf(rules.services, row);
  const service = wish.serviceType === undefined ? current : pickService(rules.services, wish.serviceType);
  const isOther = service.slug !== current.slug;
  const isToCome = row.status === 'pending' || row.status === 'confirmed';
  const durationMinutes =
    wish.durationMinutes ?? (isOther && isToCome ? service.duration_minutes : row.duration_minutes);
  const asked = requestedProvider(offer, wish);
  const staysWithIts =
    !offer &&
    readProvider(rules.staff, asked).kind === 'anyone' &&
    rules.staff.some(({ id }) => id === row.provider_id);
  const staysInTime = at.getTime() === wholeMinute(row.scheduled_at).getTime();
  return {
    at: staysInTime ? row.scheduled_at : at,
    service,
    durationMinutes,
    provider: staysWithIts ? { providerId: row.provider_id } : asked,
    staysInTime,
    isOffered: offer !== undefined,
    /** Nothing is needed from the calendar; a visit that has begun keeps its time for another service, too. */
    staysInPlace:
      staysInTime &&
      row.duration_minutes === durationMinutes &&
      (asked.providerId ?? row.provider_id) === row.provider_id &&
      !(isOther && isToCome),
    keepsDetails: !isOther && wish.contactId === undefined && wish.notes === undefined,
  };
}

const placeOfRow = (
  { clinic }: ClinicRules,
  row: AppointmentRow,
  { at, service, durationMinutes }: Pick<BookableSlot, 'at' | 'service' | 'durationMinutes'>,
): BookableSlot => ({
  clinic,
  service,
  at,
  durationMinutes,
  providerIds: [row.provider_id],
  onDuty: [row.provider_id],
});

// One that cannot be moved any more is refused for that, whatever was seen.
const isOutdated = ({ version }: MoveRequest, row: AppointmentRow): boolean =>
  version !== undefined && version !== row.version && ['pending', 'confirmed'].includes(row.status);
