import type { WeeklyHours } from '@voxanne/contract';
import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { type Db, sqlState } from '../platform/database.ts';
import { requestedErrors } from './requested.errors.ts';

const providers = (db: Db, orgId: string) =>
  db
    .selectFrom('providers')
    .select(['id', 'name', 'working_hours', 'breaks', 'active'])
    .$narrowType<{ working_hours: WeeklyHours; breaks: WeeklyHours }>()
    .where('org_id', '=', orgId)
    .where('deleted_at', 'is', null);

export interface ProviderRow {
  id: string;
  name: string;
  working_hours: WeeklyHours;
  breaks: WeeklyHours;
  active: boolean;
}
export type ProviderColumns = Omit<ProviderRow, 'id'>;

/** All that were not deleted, in the order in which the clinic made them. */
export function listProviders(db: Db, orgId: string, active?: boolean): Promise<ProviderRow[]> {
  const query = providers(db, orgId);
  return (active === undefined ? query : query.where('active', '=', active))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** The same, locked until the end, so that two deletions can't both spare the last one. */
export const lockProviders = (db: Db, orgId: string): Promise<ProviderRow[]> =>
  // Not "for update": appointments may be booked with them in the meantime (their foreign key takes a key share).
  providers(db, orgId).orderBy('id').forNoKeyUpdate().execute();

/**
 * Before someone's times stop being bookable: a booking that is under way is seen afterwards, and one that comes next
 * sees what was decided.
 * @throws {AppError} BUSY when such a booking does not end.
 */
export async function lockAgainstBookings(db: Db, ...ids: string[]): Promise<void> {
  try {
    // By the id, as bookings take them, so that no one waits in a circle.
    for (const id of ids.toSorted()) await sql`select app_private.lock_own_provider(${id})`.execute(db);
  } catch (error) {
    throw sqlState(error) === LOCK_NOT_AVAILABLE ? requestedErrors.busy() : error;
  }
}
const LOCK_NOT_AVAILABLE = '55P03';

const asJson = ({ working_hours, breaks, ...rest }: Partial<ProviderColumns>) => ({
  ...rest,
  ...(working_hours && { working_hours: JSON.stringify(working_hours) }),
  ...(breaks && { breaks: JSON.stringify(breaks) }),
});

/** What is left out gets the table's defaults: Monday to Friday, 9 to 5. */
export async function insertProvider(
  db: Db,
  orgId: string,
  columns: Partial<ProviderColumns> & { name: string },
): Promise<ProviderRow> {
  const { name } = columns;
  return db
    .insertInto('providers')
    .values({ ...asJson(columns), org_id: orgId, name })
    .returning(['id', 'name', 'working_hours', 'breaks', 'active'])
    .$narrowType<{ working_hours: WeeklyHours; breaks: WeeklyHours }>()
    .executeTakeFirstOrThrow();
}

export async function updateProvider(
  db: Db,
  orgId: string,
  id: string,
  columns: Partial<ProviderColumns> & { deleted_at?: Date },
): Promise<void> {
  const { deleted_at, ...rest } = columns;
  await db
    .updateTable('providers')
    .set({ ...asJson(rest), ...(deleted_at && { deleted_at }) })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute();
}

/** Services that would be left without anyone: offered by a choice of people, of whom no one else counts. */
export function servicesOnlyOf(db: Db, orgId: string, providerId: string, other: 'is there' | 'is active') {
  return db
    .selectFrom('services as s')
    .innerJoin('service_providers as mine', (join) =>
      join.onRef('mine.org_id', '=', 's.org_id').onRef('mine.service_id', '=', 's.id'),
    )
    .select('s.name')
    .where('s.org_id', '=', orgId)
    .where('s.deleted_at', 'is', null)
    .where('mine.provider_id', '=', providerId)
    .where(
      sql<boolean>`not exists (
        select 1 from service_providers o
        join providers p on p.org_id = o.org_id and p.id = o.provider_id
        where o.org_id = s.org_id and o.service_id = s.id and o.provider_id <> ${providerId}
          and p.deleted_at is null ${other === 'is active' ? sql`and p.active and s.active` : sql``})`,
    )
    .orderBy('s.name')
    .execute();
}

export async function dropOffersOf(db: Db, orgId: string, providerId: string): Promise<void> {
  await db
    .deleteFrom('service_providers')
    .where('org_id', '=', orgId)
    .where('provider_id', '=', providerId)
    .execute();
}

/** Who cannot be booked anymore, the last one first. */
export const deactivatedProviders = (orgId: string): RawBuilder<{ id: string; name: string }> => sql`
  select id, name from providers
  where org_id = ${orgId} and (not active or deleted_at is not null)
  order by deleted_at desc nulls first, id`;
