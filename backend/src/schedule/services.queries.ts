import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

const RULES = [
  'name',
  'duration_minutes',
  'buffer_before_minutes',
  'buffer_after_minutes',
  'capacity',
  'min_notice_minutes',
  'horizon_days',
  'slot_step_minutes',
  'active',
] as const;

const services = (db: Db, orgId: string) =>
  db
    .selectFrom('services')
    .select(['id', 'slug', ...RULES])
    .select(
      sql<string[]>`array(
        select o.provider_id from service_providers o
        where o.org_id = services.org_id and o.service_id = services.id order by o.provider_id)`.as(
        'provider_ids',
      ),
    )
    .where('org_id', '=', orgId)
    .where('deleted_at', 'is', null);

export type ServiceRow = Awaited<ReturnType<ReturnType<typeof services>['execute']>>[number];
export type ServiceColumns = Pick<ServiceRow, (typeof RULES)[number]>;

/** All that were not deleted, in the order in which the clinic made them. */
export function listServices(db: Db, orgId: string, active?: boolean): Promise<ServiceRow[]> {
  const query = services(db, orgId);
  return (active === undefined ? query : query.where('active', '=', active))
    .orderBy('created_at')
    .orderBy('slug')
    .execute();
}

/** The same, locked until the end, so that two deletions can't both spare the last one. */
export const lockServices = (db: Db, orgId: string): Promise<ServiceRow[]> =>
  services(db, orgId).orderBy('id').forNoKeyUpdate().execute();

/** Whose slugs begin like this one, deleted services included. */
export function slugsLike(db: Db, orgId: string, slug: string) {
  return db
    .selectFrom('services')
    .select(['slug', 'name', sql<boolean>`deleted_at is not null`.as('deleted')])
    .where('org_id', '=', orgId)
    .where((eb) => eb.or([eb('slug', '=', slug), eb('slug', 'like', `${slug}-%`)]))
    .execute();
}

export async function insertService(
  db: Db,
  orgId: string,
  columns: Partial<ServiceColumns> & { name: string; duration_minutes: number; slug: string },
): Promise<string> {
  const row = await db
    .insertInto('services')
    .values({ org_id: orgId, ...columns })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

export async function updateService(
  db: Db,
  orgId: string,
  id: string,
  columns: Partial<ServiceColumns> & { deleted_at?: Date },
): Promise<void> {
  if (Object.keys(columns).length === 0) return;
  await db.updateTable('services').set(columns).where('org_id', '=', orgId).where('id', '=', id).execute();
}

/** From now on these offer it, and no one else; none: everyone. */
export async function setOffers(db: Db, orgId: string, serviceId: string, providerIds: string[]) {
  const ofService = db
    .deleteFrom('service_providers')
    .where('org_id', '=', orgId)
    .where('service_id', '=', serviceId);
  if (providerIds.length === 0) {
    await ofService.execute();
    return;
  }
  await ofService.where('provider_id', 'not in', providerIds).execute();
  await db
    .insertInto('service_providers')
    .values(providerIds.map((provider_id) => ({ org_id: orgId, service_id: serviceId, provider_id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Every service there was; one that is not active cannot be booked, but there may be appointments of it. */
export function servicesOf(db: Db, orgId: string) {
  return db
    .selectFrom('services as s')
    .select([
      's.id',
      's.name',
      's.slug',
      's.duration_minutes',
      sql<boolean>`s.active and s.deleted_at is null`.as('active'),
      's.buffer_before_minutes',
      's.buffer_after_minutes',
      's.capacity',
      's.min_notice_minutes',
      's.horizon_days',
      's.slot_step_minutes',
      sql<string[] | null>`(select json_agg(o.provider_id) from service_providers o
        where o.org_id = s.org_id and o.service_id = s.id)`.as('provider_ids'),
    ])
    .where('s.org_id', '=', orgId)
    .orderBy('s.created_at')
    .orderBy('s.slug')
    .execute();
}

/** What people read instead of a slug; plain SQL may have booked what no service is called. */
export const serviceNameOf = (table: string) => {
  const of = (column: string) => sql.ref(`${table}.${column}`);
  return sql<string>`coalesce((select s.name from services s
    where s.org_id = ${of('org_id')} and s.slug = ${of('service_type')}), ${of('service_type')})`;
};
