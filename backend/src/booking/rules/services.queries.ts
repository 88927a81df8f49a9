import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';

const services = (db: Db, orgId: string) =>
  db
    .selectFrom('services as s')
    .select([
      's.id',
      's.name',
      's.slug',
      's.duration_minutes',
      's.buffer_before_minutes',
      's.buffer_after_minutes',
      's.capacity',
      's.min_notice_minutes',
      's.horizon_days',
      's.slot_step_minutes',
      's.active',
      sql<string[]>`array(
        select o.provider_id from service_providers o
        where o.org_id = s.org_id and o.service_id = s.id order by o.provider_id)`.as('provider_ids'),
    ])
    .where('s.org_id', '=', orgId)
    .where('s.deleted_at', 'is', null);

export type ServiceRow = Awaited<ReturnType<ReturnType<typeof services>['execute']>>[number];

/** All that were not deleted, in the order in which the clinic made them. */
export function listServices(db: Db, orgId: string, active?: boolean): Promise<ServiceRow[]> {
  const query = services(db, orgId);
  return (active === undefined ? query : query.where('s.active', '=', active))
    .orderBy('s.created_at')
    .orderBy('s.slug')
    .execute();
}
