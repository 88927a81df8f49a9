import type pg from 'pg';
import { StartupError } from '../errors.ts';

// Roles that PostgreSQL brings: these show figures and settings, all others read, write or run past our policies.
const HARMLESS = [
  'pg_monitor',
  'pg_read_all_settings',
  'pg_read_all_stats',
  'pg_stat_scan_tables',
  'pg_checkpoint',
  'pg_use_reserved_connections',
];

// The login may change settings of its own role; PostgreSQL cannot forbid it. With these, every process would start with
// other names, another role or someone's claims.
const DANGEROUS_SETTINGS =
  '^(search_path|role|row_security|session_preload_libraries|local_preload_libraries|request\\..*)=';

const FAULTS = `
  -- A login may be set to begin as another role.
  with recursive me as (
    select oid from pg_catalog.pg_roles where rolname in (current_user, session_user)),
  roles as (
    select r.oid, r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication
    from pg_catalog.pg_roles r join me using (oid)
    union
    select r.oid, r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication
    from roles join pg_catalog.pg_auth_members m on m.member = roles.oid
    join pg_catalog.pg_roles r on r.oid = m.roleid),
  schemas as (
    select oid, nspname, nspowner from pg_catalog.pg_namespace where nspname in ('public', 'app_private')),
  tables as (
    select c.oid, c.oid::regclass::text as name, c.relowner, c.relrowsecurity and c.relforcerowsecurity as forced
    from pg_catalog.pg_class c join schemas s on s.oid = c.relnamespace where c.relkind in ('r', 'p')),
  functions as (
    select p.oid::regprocedure::text as name, p.proowner, p.prosecdef, p.proconfig
    from pg_catalog.pg_proc p join schemas s on s.oid = p.pronamespace
    where not exists (select 1 from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'))
  select rolname as name, 'can bypass row-level security' as reason, 'login' as kind from roles where rolsuper or rolbypassrls
  union all
  select rolname, 'may make and change roles', 'login' from roles where rolcreaterole
  union all
  select rolname, 'may copy the whole database (replication)', 'login' from roles where rolreplication
  union all
  select rolname, 'reads, writes or runs past the policies, and the login is a member of it', 'login'
    from roles where rolname like 'pg\\_%' and not rolname = any ($1)
  union all
  select name, 'is owned by the runtime login', 'login' from (
    select name, relowner as owner from tables
    union all select name, proowner from functions
    union all select 'schema ' || nspname, nspowner from schemas
    union all select 'database ' || datname, datdba from pg_catalog.pg_database where datname = current_database()) as owned
  where owner in (select oid from roles)
  union all
  select name, 'has no forced row-level security', 'table' from tables
    where not forced and exists (select 1 from pg_catalog.pg_attribute a
      where a.attrelid = tables.oid and a.attname = 'org_id' and not a.attisdropped)
  union all
  select name, 'runs as its owner with another search path than pg_catalog, pg_temp', 'function' from functions
    where prosecdef and not exists (select 1 from unnest(proconfig) as setting
      where setting in ('search_path=pg_catalog, pg_temp', 'search_path="pg_catalog", "pg_temp"'))
  union all
  select split_part(setting, '=', 1), 'is set for the runtime login itself', 'setting'
    from pg_catalog.pg_db_role_setting s join me on me.oid = s.setrole
    left join pg_catalog.pg_database d on d.oid = s.setdatabase
    cross join unnest(s.setconfig) as setting
    where coalesce(d.datname = current_database(), true) and setting ~ $2`;

type Kind = 'login' | 'table' | 'function' | 'setting';
const ADVICE: Record<Kind, (name: string) => string> = {
  login: () =>
    'Leave DATABASE_RUNTIME_URL unset (the login voxanne_runtime is then made and used), or give it a role without these rights.',
  table: (name) => `As the owner: select app_private.protect('${name}');`,
  function: (name) => `As the owner: alter function ${name} set search_path = pg_catalog, pg_temp;`,
  setting: (name) =>
    `As an administrator: alter role <login> reset ${name}; (and "in database <name>" if it was set for one). Voxanne doesn’t set it; find out who did.`,
};

/**
 * Refuses to serve with a login that row-level security would not hold, or with a table or function that would let it
 * become more than it is: a mistake in a deployment must not become a leak.
 * @throws {StartupError}
 */
export async function checkRuntimeRole(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; reason: string; kind: Kind }>(FAULTS, [
    HARMLESS,
    DANGEROUS_SETTINGS,
  ]);
  if (rows.length === 0) return;
  const faults = rows.map(({ name, reason }) => `  - ${name} ${reason}`).join('\n');
  const advice = [...new Set(rows.map(({ name, kind }) => ADVICE[kind](name)))].join('\n');
  throw new StartupError(
    `The server's database login must be subject to row-level security, but it isn’t:\n${faults}\n${advice}`,
  );
}
