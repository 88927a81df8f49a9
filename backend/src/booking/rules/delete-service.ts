import { type Coming, comingOfService } from './coming.queries.ts';
import { writeRuleAudit } from './rule-audit.ts';
import type { RuleAuthor, RuleContext } from './rule-routes.ts';
import { ruleErrors } from './rules.errors.ts';
import { lockServices, updateService } from './services.queries.ts';

/**
 * Nobody can book it any more; what is booked stays, under its slug.
 * @returns what is still to be kept of it.
 * @throws {AppError} SERVICE_NOT_FOUND (404), LAST_SERVICE (409).
 */
export async function deleteService(
  { database, clock }: RuleContext,
  author: RuleAuthor,
  id: string,
): Promise<Coming> {
  const { orgId } = author.tenant;
  return database.withTenant(author.tenant, async (db) => {
    const all = await lockServices(db, orgId);
    const row = all.find((service) => service.id === id);
    if (!row) throw ruleErrors.serviceNotFound();
    if (row.active && !all.some((service) => service.id !== id && service.active)) {
      throw ruleErrors.lastService('deleted');
    }
    const coming = await comingOfService(db, orgId, row.slug, clock.now());
    await updateService(db, orgId, id, { active: false, deleted_at: clock.now() });
    const { id: _, ...before } = row;
    await writeRuleAudit(db, author, { kind: 'service', id, change: 'deleted', before, after: null });
    return coming;
  });
}
