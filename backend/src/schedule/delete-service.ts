import { scheduleErrors } from './schedule.errors.ts';
import { writeScheduleAudit } from './schedule-audit.ts';
import type { ScheduleAuthor, ScheduleContext } from './schedule-context.ts';
import { lockServices, updateService } from './services.queries.ts';
import { type Upcoming, upcomingOfService } from './upcoming.queries.ts';

/**
 * No one can book it anymore; what is booked stays, under its slug.
 * @returns what is still to be kept of it.
 * @throws {AppError} SERVICE_NOT_FOUND (404), LAST_SERVICE (409).
 */
export async function deleteService(
  { database, clock }: ScheduleContext,
  author: ScheduleAuthor,
  id: string,
): Promise<Upcoming> {
  const { orgId } = author.tenant;
  return database.withTenant(author.tenant, async (db) => {
    const all = await lockServices(db, orgId);
    const row = all.find((service) => service.id === id);
    if (!row) throw scheduleErrors.serviceNotFound();
    if (row.active && !all.some((service) => service.id !== id && service.active)) {
      throw scheduleErrors.lastService('deleted');
    }
    const coming = await upcomingOfService(db, orgId, row.slug, clock.now());
    await updateService(db, orgId, id, { active: false, deleted_at: clock.now() });
    const { id: _, ...before } = row;
    await writeScheduleAudit(db, author, { kind: 'service', id, change: 'deleted', before, after: null });
    return coming;
  });
}
