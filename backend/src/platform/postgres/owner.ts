import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';

/**
 * Where a superuser migrates a database that belongs to one, its objects go to `voxanne_owner`, which isn't one. Someone
 * else's database stays theirs.
 * @returns whether the migrations are to run as that role.
 */
export async function handOver(client: pg.Client, directory: string): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean }>(
    `select me.rolsuper and (owner.rolsuper or owner.rolname = 'voxanne_owner') as yes
     from pg_catalog.pg_roles me, pg_catalog.pg_database d
     join pg_catalog.pg_roles owner on owner.oid = d.datdba
     where me.rolname = current_user and d.datname = current_database()`,
  );
  if (rows[0]?.yes !== true) return false;
  await client.query(readFileSync(join(directory, 'local', 'owner.sql'), 'utf8'));
  return true;
}

/**
 * Temporary objects could turn a function with unpinned names into a way to its owner's rights, and none of our roles
 * creates any. Checked at each start, because a restored database has the rights of a new one. If only someone else
 * may change it, the health page says so. (A database that came from before PostgreSQL 15 lets everyone create in `public`.)
 */
export const CLOSE_TO_STRANGERS = `
  do $$
  begin
    if pg_catalog.has_database_privilege('public', pg_catalog.current_database(), 'TEMPORARY') then
      execute pg_catalog.format('revoke temporary on database %I from public', pg_catalog.current_database());
    end if;
    if pg_catalog.has_schema_privilege('public', 'public', 'CREATE') then
      revoke create on schema public from public;
    end if;
  exception
    when insufficient_privilege then null;
    -- "Tuple concurrently updated": someone else wrote the same at this moment.
    when internal_error then null;
  end $$`;
