import { Temporal } from 'temporal-polyfill';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { findClinic } from './booking.queries.ts';
import { momentOf, type When } from './find-place.ts';
import { spokenTime } from './labels.ts';
import { clockName, fullDay } from './spoken-labels.ts';
import { localDate } from './working-hours.ts';

/** The clinic's date and time in full: "Wednesday, November 18, 2026 at 10:00 AM". */
export function sayNow(now: Date, timeZone: string): string {
  const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
  return `${fullDay(localDate(now, timeZone))} at ${clockName(hour * 60 + minute)}`;
}

/**
 * A time to be read to a caller before anything is done: "Monday, November 23 at 9:00 AM".
 * @throws {AppError} SLOT_EXPIRED, INVALID_TIME.
 */
export function sayMoment(
  context: BookingContext,
  scope: TenantScope,
  when: When,
): Promise<{ at: Date; label: string }> {
  return context.database.withTenant(scope, async (db) => {
    const { time_zone } = await findClinic(db, scope.orgId);
    const { at } = momentOf(context, scope, when, time_zone);
    return { at, label: spokenTime(at, time_zone, context.clock.now()) };
  });
}
