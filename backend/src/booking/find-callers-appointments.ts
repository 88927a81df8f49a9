import { foldedWords, isSameName, isSamePerson, readName } from '../contacts/index.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Db } from '../platform/database.ts';
import { spokenTime } from '../platform/local-time/wording.ts';
import { toE164 } from '../platform/phone.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { findClinic } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, cancelledBy, isSharedPhone, upcomingOf } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
import { beginLookup, endLookup } from './caller-lookups.queries.ts';
import { type Confirmation, followingOf } from './confirm-change.ts';

/** One appointment of a caller, to be read to them. */
export interface CallersAppointment {
  appointmentId: string;
  serviceType: string;
  providerName: string;
  scheduledAt: Date;
  /** "Monday, November 23 at 9:00 AM" */
  label: string;
  patientName: string;
  /** Several patients have the number that calls, so that "your appointment" does not say whose. */
  isSharedPhone: boolean;
}

export interface Caller {
  /** From the telephone network. */
  number: string | null;
  name: string;
  callId: string;
  requestId: string;
}

/**
 * The upcoming appointments of the caller with that number and name. The number comes from the telephone
 * network, the name is the second proof: a borrowed phone alone opens nobody's calendar. Wrong names are counted, and
 * what is found is in the audit log.
 * @throws {AppError} CALLER_UNKNOWN when the number is withheld; WHICH_PATIENT when the name fits several patients of
 * that number; TOO_MANY_NAMES after too many wrong ones.
 */
export const findCallersAppointments = (
  context: BookingContext,
  scope: TenantScope,
  caller: Caller,
): Promise<CallersAppointment[]> =>
  ofCaller(context, scope, caller, (db, phone) => upcomingOf(db, scope.orgId, phone, context.clock.now()));

/** What that caller cancelled in this call, or with that token. */
export const findJustCancelled = (
  context: BookingContext,
  scope: TenantScope,
  caller: Caller,
  confirmation: Confirmation,
): Promise<CallersAppointment[]> =>
  ofCaller(context, scope, caller, (db, phone) =>
    cancelledBy(db, scope.orgId, phone, followingOf(confirmation)),
  );

async function ofCaller(
  { database, clock }: BookingContext,
  scope: TenantScope,
  caller: Caller,
  read: (db: Db, phone: string) => Promise<AppointmentRow[]>,
): Promise<CallersAppointment[]> {
  const { orgId } = scope;
  const found = await database.withTenant(scope, async (db, final) => {
    const clinic = await findClinic(db, orgId);
    const phone = caller.number === null ? null : toE164(caller.number, clinic.country);
    if (phone === null) throw bookingErrors.callerUnknown();
    const name = readName(caller.name, clinic.country)?.name ?? '';
    const nameHash = sha256(foldedWords(name).join(' '));
    const id = await beginLookup(db, orgId, { phone, callId: caller.callId, nameHash });
    if (id === undefined) throw bookingErrors.tooManyNames();
    const rows = meant(await read(db, phone), name);
    // Not thrown here: the guess has to stay counted.
    if (new Set(rows.map((row) => row.contact_id)).size > 1) return undefined;
    const isShared = rows.length > 0 && (await isSharedPhone(db, orgId, phone));
    if (rows.length > 0) {
      const appointmentIds = rows.map((row) => row.id);
      await endLookup(final, orgId, { id, appointmentIds, requestId: caller.requestId });
    }
    return rows.map((row) => ({
      appointmentId: row.id,
      serviceType: row.service_type,
      providerName: row.provider_name,
      scheduledAt: row.scheduled_at,
      label: spokenTime(row.scheduled_at, clinic.time_zone, clock.now()),
      patientName: row.contact_name,
      isSharedPhone: isShared,
    }));
  });
  if (found === undefined) throw bookingErrors.whichPatient();
  return found;
}

/** Of father and son the one whose whole name was said; else all who may be meant. */
function meant(rows: AppointmentRow[], name: string): AppointmentRow[] {
  const exactly = rows.filter((row) => isSameName(row.contact_name, name));
  return exactly.length > 0 ? exactly : rows.filter((row) => isSamePerson(row.contact_name, name));
}
