import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export async function eventsAfter(db: Db, lastId: string, limit: number) {
  return (
    db
      .selectFrom('events')
      .select(['id', 'type', 'data', 'created_at'])
      // Of the transaction that wrote it: the answer to the request that made the change has the same.
      .select(sql<string>`xmin::text`.as('change_id'))
      .where('id', '>', lastId)
      .orderBy('id')
      .limit(limit)
      .execute()
  );
}

export async function newestEventId(db: Db): Promise<string> {
  const row = await db.selectFrom('events').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? '0';
}
