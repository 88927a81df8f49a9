import { visibleLines } from '@voxanne/contract';
import { type ClinicRules, rulesIn } from '../availability/index.ts';
import { spokenTime } from '../platform/local-time/wording.ts';
import { pickService, type RequestedProvider, readProvider, serviceOf, withWhom } from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import type { AppointmentRow } from './booking.queries.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import { type ChangedAppointment, getAppointment, logChange } from './changed-appointment.ts';
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
 * provider in the request it stays with its provider; with one who left, another one who offers the service may take it.
 * The patient gets a text where there is something new for them: another time, or another patient.
 * @throws {SlotRefused} by a rule, or when the time is taken.
 * @throws {AppError} a code of `booking.errors.ts`.
 */
export async function moveAppointment(
  tx: BookingTransaction,
  request: MoveRequest,
  origin: ChangeOrigin,
): Promise<ChangedAppointment> {
  const { appointmentId } = request;
  // What the request leaves open is filled in from the row: of two moves at once the second must see what the first did.
  await lockAppointment(tx.db, tx.orgId, appointmentId);
  const row = await getAppointment(tx, appointmentId);
  const rules = await rulesIn(tx, tx.query, tx.orgId);

  const target = targetOf(tx, rules, row, request);
  if (isOutdated(request, row) && !(target.staysInPlace && target.keepsDetails)) {
    const when = spokenTime(row.scheduled_at, rules.clinic.time_zone, tx.clock.now());
    throw bookingErrors.changedMeanwhile(when, row.provider_name);
  }
  const slot = target.staysInPlace
    ? slotOfRow(rules, row, target)
    : checkSlot(tx, rules, {
        ...target,
        by: origin.source,
        insist: { ...request.insist, sameStart: target.staysInTime },
      });

  await writeMove(tx, request, slot, origin);

  const appointment = await getAppointment(tx, appointmentId);
  logChange(tx, appointment, origin, 'moved');
  const when =
    spokenTime(slot.at, rules.clinic.time_zone, tx.clock.now()) +
    withWhom(rules.staff, appointment.provider_id);
  return {
    appointment,
    confirmation:
      target.staysInPlace && !target.keepsDetails
        ? `The appointment on ${when} has been changed.`
        : `Your appointment is now on ${when}.`,
  };
}

async function writeMove(
  { db, orgId }: BookingTransaction,
  request: MoveRequest,
  slot: BookableSlot,
  origin: ChangeOrigin,
): Promise<void> {
  const { appointmentId } = request;
  const result = await moveAtomically(
    db,
    orgId,
    appointmentId,
    {
      scheduledAt: slot.at,
      durationMinutes: slot.durationMinutes,
      providerIds: slot.onDuty,
      serviceType: slot.service.slug,
      contactId: request.contactId,
      notes: request.notes === undefined ? undefined : visibleLines(request.notes ?? ''),
      checkTimeOff: slot.against === undefined,
      overbook: request.overbook ?? false,
      reason: request.reason ?? null,
      notify: request.notify ?? true,
    },
    origin,
  );
  if (!result.success) throw refusalOf(result, slot);
  await auditOutsideHours(db, appointmentId, slot, origin);
  await delayText(db, orgId, appointmentId, request.notifyAfterSeconds);
}

/** Where it goes: what the request says, and what it leaves open as the row has it. */
function targetOf(tx: BookingTransaction, rules: ClinicRules, row: AppointmentRow, request: MoveRequest) {
  const when = request.when ?? { at: row.scheduled_at };
  const { at, offer } = momentOf(tx, when, rules.clinic.time_zone);
  const current = serviceOf(rules.services, row);
  const service =
    request.serviceType === undefined ? current : pickService(rules.services, request.serviceType);
  const isOther = service.slug !== current.slug;
  const isToCome = row.status === 'pending' || row.status === 'confirmed';
  const durationMinutes =
    request.durationMinutes ?? (isOther && isToCome ? service.duration_minutes : row.duration_minutes);
  const asked = requestedProvider(offer, request);
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
    keepsDetails: !isOther && request.contactId === undefined && request.notes === undefined,
  };
}

const slotOfRow = (
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
