import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';

/** The shortest question there is. */
export async function ping(db: Db): Promise<void> {
  await sql`select 1`.execute(db);
}

/**
 * A short query with a useful answer: whether the server's login may create temporary objects. That is a
 * right of PUBLIC, which the start revokes if it may.
 */
export async function mayMakeTemporaryObjects(db: Db): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select pg_catalog.has_database_privilege(session_user, pg_catalog.current_database(), 'TEMPORARY') as may`.execute(
    db,
  );
  return rows[0]?.may === true;
}

/** Upcoming appointments that the calendar has refused. */
export async function unsyncedAppointments(db: Db, orgId: OrgId): Promise<number> {
  const { count } = await db
    .selectFrom('appointments')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('org_id', '=', orgId)
    .where('sync_state', '=', 'error')
    .where('status', '=', 'confirmed')
    .where('scheduled_at', '>', sql<Date>`now()`)
    .executeTakeFirstOrThrow();
  return Number(count);
}
