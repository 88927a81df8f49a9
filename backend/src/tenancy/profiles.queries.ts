import { type RawBuilder, sql } from 'kysely';

export interface Membership {
  org_id: string;
  role: string;
  /** Its own limit for programs; null: that of the deployment. */
  requests_per_hour: number | null;
}

/** Oldest first: the first organization of a person is the one a token without an organization means. */
export const membershipsOf = (userId: string): RawBuilder<Membership> => sql`
  select p.org_id, p.role, o.requests_per_hour
  from profiles p join organizations o on o.id = p.org_id
  where p.user_id = ${userId} order by p.created_at, p.org_id`;
