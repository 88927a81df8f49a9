import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { findClinic } from './booking.queries.ts';
import { momentOf, type When } from './find-place.ts';
import { spokenTime } from './labels.ts';

/**
 * A time to be read to a caller before anything is done: "Monday, November 23 at 9:00 AM".
 * @throws {AppError} SLOT_EXPIRED, INVALID_TIME.
 */
export function sayMoment(context: BookingContext, scope: TenantScope, when: When): Promise<string> {
  return context.database.withTenant(scope, async (db) => {
    const { time_zone } = await findClinic(db, scope.orgId);
    return spokenTime(momentOf(context, scope, when, time_zone).at, time_zone, context.clock.now());
  });
}
