import type pg from 'pg';
import { StartupError } from '../errors.ts';

/**
 * Before the first release the migrations became one, so a database from before that can no longer be brought up to
 * date. It has our functions, and the first migration is not in its ledger. What the ledger holds besides is not ours to
 * judge: a project of Supabase may have migrations of its own.
 * @param first the version of the first migration
 * @throws {StartupError} that says how to keep the data and how to drop it; nothing was changed then
 */
export async function refuseEarlyDatabase(client: pg.Client, setting: string, first: string): Promise<void> {
  const { rows } = await client.query<{ ours: boolean; ledger: boolean }>(
    `select to_regprocedure('app_private.protect(regclass, text)') is not null as ours,
       to_regclass('supabase_migrations.schema_migrations') is not null as ledger`,
  );
  const [found] = rows;
  if (!found?.ours) return;
  if (found.ledger && (await isApplied(client, first))) return;
  throw new StartupError(
    `${setting}: this database was made by an early version of Voxanne, before the first release.
This version cannot bring it up to date, so it stopped here. Nothing in the database was changed.
To keep the data, write it to a file first:      npm run db:dump -- voxanne-dump.jsonl
To delete it all and start with an empty one:    npm run db:reset -- --yes
To keep the whole database as it is, give this version another one: DATABASE_URL, or VOXANNE_DATA_DIR for the built-in database.`,
  );
}

async function isApplied(client: pg.Client, version: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from supabase_migrations.schema_migrations where version = $1',
    [version],
  );
  return rowCount === 1;
}
