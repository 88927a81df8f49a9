import { spokenTime } from '../platform/local-time/wording.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { findClinic } from '../tenancy/index.ts';
import type { BookingContext } from './booking-context.ts';
import { momentOf, type When } from './requested-time.ts';

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
    const { at } = momentOf({ ...context, orgId: scope.orgId }, when, time_zone);
    return { at, label: spokenTime(at, time_zone, context.clock.now()) };
  });
}
