import type { Database } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import { findOffer } from './waitlist.queries.ts';

/** Whether the text about an offer is still of use. */
export function offerStillOpen(database: Database, orgId: OrgId, offerId: string): Promise<boolean> {
  return database.withTenant({ orgId, userId: null }, async (db) => {
    const offer = await findOffer(db, orgId, offerId);
    return offer?.status === 'open' && offer.is_live;
  });
}
