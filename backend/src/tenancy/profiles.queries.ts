import { type RawBuilder, sql } from 'kysely';

export interface Membership {
  org_id: string;
  role: string;
}

/** Oldest first: the first organization of a person is the one a token without an organization means. */
export const membershipsOf = (userId: string): RawBuilder<Membership> => sql`
  select org_id, role from profiles where user_id = ${userId} order by created_at, org_id`;
