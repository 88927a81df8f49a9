import { spokenDay } from '../platform/local-time/wording.ts';
import { findClinic } from '../tenancy/index.ts';
import {
  dropOffersOf,
  lockAgainstBookings,
  lockProviders,
  servicesOnlyOf,
  updateProvider,
} from './providers.queries.ts';
import { scheduleErrors } from './schedule.errors.ts';
import { writeScheduleAudit } from './schedule-audit.ts';
import type { ScheduleAuthor, ScheduleContext } from './schedule-context.ts';
import { type Upcoming, upcomingWithProvider } from './upcoming.queries.ts';

/**
 * No one can be booked with them anymore. If appointments are coming up, only with `force`: those stay.
 * @returns the appointments still coming up with them.
 * @throws {AppError} PROVIDER_NOT_FOUND (404), LAST_PROVIDER, LAST_OF_SERVICE, HAS_APPOINTMENTS (409).
 */
export async function deleteProvider(
  { database, clock }: ScheduleContext,
  author: ScheduleAuthor,
  id: string,
  force: boolean,
): Promise<Upcoming> {
  const { orgId } = author.tenant;
  return database.withTenant(author.tenant, async (db) => {
    const all = await lockProviders(db, orgId);
    const row = all.find((provider) => provider.id === id);
    if (!row) throw scheduleErrors.providerNotFound();
    if (row.active && !all.some((provider) => provider.id !== id && provider.active)) {
      throw scheduleErrors.lastProvider('deleted');
    }
    // Without them its list would be empty, and an empty list means everyone.
    const orphans = await servicesOnlyOf(db, orgId, id, 'is there');
    if (orphans.length > 0) throw scheduleErrors.onlyOneWhoOffers(orphans.map(({ name }) => name));
    await lockAgainstBookings(db, id);
    const coming = await upcomingWithProvider(db, orgId, id, clock.now());
    if (coming.until && !force) {
      const { time_zone } = await findClinic(db, orgId);
      throw scheduleErrors.hasAppointments(coming.count, coming.until, spokenDay(coming.until, time_zone));
    }
    await updateProvider(db, orgId, id, { active: false, deleted_at: clock.now() });
    await dropOffersOf(db, orgId, id);
    const { id: _, ...before } = row;
    await writeScheduleAudit(db, author, {
      kind: 'provider',
      id,
      change: 'deleted',
      before,
      after: coming.count === 0 ? null : { appointments_kept: coming.count },
    });
    return coming;
  });
}
