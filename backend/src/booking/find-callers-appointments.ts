import { toE164 } from '../platform/phone.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { bookingErrors } from './booking.errors.ts';
import { findClinic, upcomingOf } from './booking.queries.ts';
import { spokenTime } from './labels.ts';

/** One appointment of a caller, to be read to them. */
export interface CallersAppointment {
  appointmentId: string;
  serviceType: string;
  scheduledAt: Date;
  /** "Monday, November 23 at 9:00 AM" */
  label: string;
}

/**
 * What is still to come for whoever calls from that number under that name. The number comes from the telephone
 * network, the name is the second proof: a borrowed phone alone opens nobody's calendar.
 * @throws {AppError} CALLER_UNKNOWN when the number is withheld.
 */
export async function findCallersAppointments(
  context: BookingContext,
  scope: TenantScope,
  caller: { number: string | null; name: string },
): Promise<CallersAppointment[]> {
  const now = context.clock.now();
  return context.database.withTenant(scope, async (db) => {
    const clinic = await findClinic(db, scope.orgId);
    const phone = caller.number === null ? null : toE164(caller.number, clinic.country);
    if (phone === null) throw bookingErrors.callerUnknown();
    const rows = await upcomingOf(db, scope.orgId, phone, now);
    return rows
      .filter((row) => isSamePerson(row.contact_name, caller.name))
      .map((row) => ({
        appointmentId: row.id,
        serviceType: row.service_type,
        scheduledAt: row.scheduled_at,
        label: spokenTime(row.scheduled_at, clinic.time_zone, now),
      }));
  });
}

/** First and last name, in any order and spelling of case and accents; one word alone proves nothing. */
function isSamePerson(stored: string, said: string): boolean {
  const words = (name: string): string[] =>
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const [mine, given] = [words(stored), words(said)];
  return (
    given.length >= Math.min(2, mine.length) && mine.length > 0 && given.every((word) => mine.includes(word))
  );
}
