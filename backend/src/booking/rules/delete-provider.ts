import { findClinic } from '../booking.queries.ts';
import { spokenDay } from '../labels.ts';
import { type Coming, comingWithProvider } from './coming.queries.ts';
import {
  dropOffersOf,
  lockAgainstBookings,
  lockProviders,
  servicesOnlyOf,
  updateProvider,
} from './providers.queries.ts';
import { writeRuleAudit } from './rule-audit.ts';
import type { RuleAuthor, RuleContext } from './rule-routes.ts';
import { ruleErrors } from './rules.errors.ts';

/**
 * Nobody can be booked with them any more. With coming appointments only by choice (`force`): those stay.
 * @returns what is still to be kept with them.
 * @throws {AppError} PROVIDER_NOT_FOUND (404), LAST_PROVIDER, LAST_OF_SERVICE, HAS_APPOINTMENTS (409).
 */
export async function deleteProvider(
  { database, clock }: RuleContext,
  author: RuleAuthor,
  id: string,
  force: boolean,
): Promise<Coming> {
  const { orgId } = author.tenant;
  return database.withTenant(author.tenant, async (db) => {
    const all = await lockProviders(db, orgId);
    const row = all.find((provider) => provider.id === id);
    if (!row) throw ruleErrors.providerNotFound();
    if (row.active && !all.some((provider) => provider.id !== id && provider.active)) {
      throw ruleErrors.lastProvider('deleted');
    }
    // Without them its list would be empty, and an empty list means everybody.
    const orphans = await servicesOnlyOf(db, orgId, id, 'is there');
    if (orphans.length > 0) throw ruleErrors.onlyOneWhoOffers(orphans.map(({ name }) => name));
    await lockAgainstBookings(db, id);
    const coming = await comingWithProvider(db, orgId, id, clock.now());
    if (coming.until && !force) {
      const { time_zone } = await findClinic(db, orgId);
      throw ruleErrors.hasAppointments(coming.count, coming.until, spokenDay(coming.until, time_zone));
    }
    await updateProvider(db, orgId, id, { active: false, deleted_at: clock.now() });
    await dropOffersOf(db, orgId, id);
    const { id: _, ...before } = row;
    await writeRuleAudit(db, author, {
      kind: 'provider',
      id,
      change: 'deleted',
      before,
      after: coming.count === 0 ? null : { appointments_kept: coming.count },
    });
    return coming;
  });
}
