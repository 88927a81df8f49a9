import type pg from 'pg';
import { StartupError } from '../errors.ts';

/**
 * Refuses to serve with a login that row-level security would not hold, or with a table of an organization that
 * nothing protects: a mistake in a deployment must not become a leak.
 * @throws {StartupError}
 */
export async function checkRuntimeRole(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; reason: string }>(`
    with recursive roles as (
      select oid, rolname, rolsuper, rolbypassrls from pg_catalog.pg_roles where rolname = current_user
      union
      select r.oid, r.rolname, r.rolsuper, r.rolbypassrls
      from roles join pg_catalog.pg_auth_members m on m.member = roles.oid
      join pg_catalog.pg_roles r on r.oid = m.roleid)
    select rolname as name, 'can bypass row-level security' as reason from roles where rolsuper or rolbypassrls
    union all
    select c.relname, 'is owned by the runtime login' from pg_catalog.pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relowner in (select oid from roles)
    union all
    select c.relname, 'has no forced row-level security' from pg_catalog.pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and not (c.relrowsecurity and c.relforcerowsecurity)
        and exists (select 1 from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped)`);
  if (rows.length === 0) return;
  const faults = rows.map((row) => `  - ${row.name} ${row.reason}`).join('\n');
  throw new StartupError(
    `The database login of the server must be held by row-level security, and it is not:\n${faults}\nLeave DATABASE_RUNTIME_URL unset (the login voxanne_runtime is then made and used), or give it a role without these rights.`,
  );
}
