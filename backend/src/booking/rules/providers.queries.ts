import type { WeeklyHours } from '@voxanne/contract';
import type { Db } from '../../platform/database.ts';

const providers = (db: Db, orgId: string) =>
  db
    .selectFrom('providers')
    .select(['id', 'name', 'working_hours', 'breaks', 'active'])
    .$narrowType<{ working_hours: WeeklyHours; breaks: WeeklyHours }>()
    .where('org_id', '=', orgId)
    .where('deleted_at', 'is', null);

export type ProviderRow = Awaited<ReturnType<ReturnType<typeof providers>['execute']>>[number];

/** All that were not deleted, in the order in which the clinic made them. */
export function listProviders(db: Db, orgId: string, active?: boolean): Promise<ProviderRow[]> {
  const query = providers(db, orgId);
  return (active === undefined ? query : query.where('active', '=', active))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}
