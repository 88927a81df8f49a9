import { isSameName, isSamePerson, readName } from '../contacts/index.ts';
import type { Db } from '../platform/database.ts';
import { spokenTime } from '../platform/local-time/wording.ts';
import { toE164 } from '../platform/phone.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { findClinic } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { type AppointmentRow, cancelledBy, isSharedPhone, upcomingOf } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
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
}

/**
 * The upcoming appointments of the caller with that number and name. The number comes from the telephone
 * network, the name is the second proof: a borrowed phone alone opens nobody's calendar.
 * @throws {AppError} CALLER_UNKNOWN when the number is withheld.
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

function ofCaller(
  { database, clock }: BookingContext,
  scope: TenantScope,
  caller: Caller,
  read: (db: Db, phone: string) => Promise<AppointmentRow[]>,
): Promise<CallersAppointment[]> {
  return database.withTenant(scope, async (db) => {
    const clinic = await findClinic(db, scope.orgId);
    const phone = caller.number === null ? null : toE164(caller.number, clinic.country);
    if (phone === null) throw bookingErrors.callerUnknown();
    const rows = await read(db, phone);
    const isShared = rows.length > 0 && (await isSharedPhone(db, scope.orgId, phone));
    const name = readName(caller.name, clinic.country)?.name ?? '';
    // Of father and son the one whose whole name was said; else all who may be meant, and it is asked which.
    const exactly = rows.filter((row) => isSameName(row.contact_name, name));
    return (exactly.length > 0 ? exactly : rows.filter((row) => isSamePerson(row.contact_name, name))).map(
      (row) => ({
        appointmentId: row.id,
        serviceType: row.service_type,
        providerName: row.provider_name,
        scheduledAt: row.scheduled_at,
        label: spokenTime(row.scheduled_at, clinic.time_zone, clock.now()),
        patientName: row.contact_name,
        isSharedPhone: isShared,
      }),
    );
  });
}
