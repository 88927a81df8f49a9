import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** The shortest question there is. */
export async function answers(db: Db): Promise<void> {
  await sql`select 1`.execute(db);
}
