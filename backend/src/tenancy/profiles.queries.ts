import type { Db } from '../platform/database.ts';

export interface Membership {
  org_id: string;
  role: string;
}

/** Oldest first: the first organization of a person is the one a token without an organization means. */
export function membershipsOf(db: Db, userId: string): Promise<Membership[]> {
  return db
    .selectFrom('profiles')
    .select(['org_id', 'role'])
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('org_id')
    .execute();
}
