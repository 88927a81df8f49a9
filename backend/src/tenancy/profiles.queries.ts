import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface Membership {
  org_id: string;
  role: string;
  /** What the operator allows its programs; null: what the deployment says. */
  requests_per_hour: number | null;
  /** What the clinic set itself below that. */
  own_requests_per_hour: number | null;
  require_second_factor: boolean;
}

/** Oldest first: the first organization of a person is the one a token without an organization means. */
export const membershipsOf = (userId: string): RawBuilder<Membership> => sql`
  select p.org_id, p.role, o.requests_per_hour, o.own_requests_per_hour, o.require_second_factor
  from profiles p join organizations o on o.id = p.org_id
  where p.user_id = ${userId} order by p.created_at, p.org_id`;

/** The role as it is now, whatever the resolver still believes; undefined for someone who no longer belongs. */
export async function currentRole(db: Db, userId: string, orgId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('profiles')
    .select('role')
    .where('user_id', '=', userId)
    .where('org_id', '=', orgId)
    .executeTakeFirst();
  return row?.role;
}
