import type pg from 'pg';

/** One thing that a database holds, with all that can differ about it as text. */
export interface CatalogEntry {
  kind: string;
  /** With its schema, and for a part of a table with the table. */
  name: string;
  definition: string;
}

/** A function in the form that makes it again. */
export interface FunctionSource {
  name: string;
  /** `create or replace function ...`, without the semicolon. */
  create: string;
  /** Its arguments with their names, and its result: a function with another one cannot be replaced. */
  signature: string;
  comment: string | null;
  /** Who may run it, besides its owner. */
  grantees: string[];
}

/** Rights in one order, no matter who granted them; a list that was never touched counts as the defaults. */
const rights = (list: string, kind: string, owner: string) => `(
  select coalesce(string_agg(format('%s %s%s', coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC'), a.privilege_type,
    case when a.is_grantable then ' with grant option' else '' end), ', ' order by a.grantee::regrole::text, a.privilege_type), 'nobody')
  from aclexplode(coalesce(${list}, acldefault('${kind}', ${owner}))) a)`;

/** Ours, and not an extension's. */
const ours = (catalog: string, id: string, schema: string) => `${schema} in (select oid from ours)
  and not exists (select 1 from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${id} and d.deptype = 'e')`;

const CATALOG = `
  with ours as (select oid, nspname from pg_namespace where nspname in ('public', 'app_private')),
  tables as (
    select c.*, format('%s.%s', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where ${ours('pg_class', 'c.oid', 'c.relnamespace')} and c.relkind in ('r', 'p', 'v', 'm'))
  select 'schema' as kind, n.nspname::text as name,
      concat_ws('; ', n.nspowner::regrole, ${rights('n.nspacl', 'n', 'n.nspowner')}, obj_description(n.oid, 'pg_namespace')) as definition
    from pg_namespace n where n.nspname in ('public', 'app_private', 'extensions')
  union all
  select 'extension', e.extname, e.extnamespace::regnamespace::text from pg_extension e
  union all
  select 'function', p.oid::regprocedure::text,
      concat_ws(E'\\n', pg_get_functiondef(p.oid), p.proowner::regrole, ${rights('p.proacl', 'f', 'p.proowner')}, obj_description(p.oid, 'pg_proc'))
    from pg_proc p where ${ours('pg_proc', 'p.oid', 'p.pronamespace')} and p.prokind in ('f', 'p')
  union all
  select 'type', t.oid::regtype::text, concat_ws('; ', t.typtype, t.typowner::regrole, ${rights('t.typacl', 'T', 't.typowner')},
      obj_description(t.oid, 'pg_type'), format_type(t.typbasetype, t.typtypmod),
      (select string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
        from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped),
      (select string_agg(e.enumlabel, ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
      (select string_agg(pg_get_constraintdef(k.oid), ', ' order by k.conname) from pg_constraint k where k.contypid = t.oid))
    from pg_type t left join pg_class c on c.oid = t.typrelid
    where ${ours('pg_type', 't.oid', 't.typnamespace')} and (t.typtype in ('d', 'e') or c.relkind = 'c')
  union all
  select 'table', t.name, concat_ws('; ', t.relkind, t.relowner::regrole, ${rights('t.relacl', 'r', 't.relowner')},
      'row level security ' || t.relrowsecurity, 'forced ' || t.relforcerowsecurity, t.reloptions::text, t.relreplident,
      t.relpersistence, obj_description(t.oid, 'pg_class'), case when t.relkind in ('v', 'm') then pg_get_viewdef(t.oid) end)
    from tables t
  union all
  select 'column', format('%s.%s', t.name, a.attname), concat_ws('; ', format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then 'not null' end, pg_get_expr(x.adbin, x.adrelid), nullif(a.attidentity, ''), nullif(a.attgenerated, ''),
      nullif(a.attcollation, 0)::regcollation, ${rights('a.attacl', 'c', 't.relowner')}, col_description(t.oid, a.attnum))
    from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef x on x.adrelid = t.oid and x.adnum = a.attnum
  union all
  select 'order of columns', t.name, string_agg(a.attname, ', ' order by a.attnum)
    from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped group by t.name
  union all
  -- Not null is said of the column; from 18 on it is a constraint too.
  select 'constraint', format('%s.%s', t.name, k.conname), concat_ws('; ', pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint'))
    from tables t join pg_constraint k on k.conrelid = t.oid and k.contype <> 'n'
  union all
  select 'index', i.indexrelid::regclass::text, concat_ws('; ', pg_get_indexdef(i.indexrelid), 'valid ' || i.indisvalid, obj_description(i.indexrelid, 'pg_class'))
    from tables t join pg_index i on i.indrelid = t.oid
  union all
  select 'trigger', format('%s.%s', g.tgrelid::regclass, g.tgname), concat_ws('; ', pg_get_triggerdef(g.oid), g.tgenabled, obj_description(g.oid, 'pg_trigger'))
    from pg_trigger g where not g.tgisinternal and (g.tgrelid in (select oid from tables) or g.tgrelid = to_regclass('auth.users'))
  union all
  select 'policy', format('%s.%s', t.name, p.polname), concat_ws('; ', p.polcmd, p.polpermissive, p.polroles::regrole[]::text,
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy'))
    from tables t join pg_policy p on p.polrelid = t.oid
  union all
  select 'rule', format('%s.%s', t.name, r.rulename), pg_get_ruledef(r.oid)
    from tables t join pg_rewrite r on r.ev_class = t.oid where r.rulename <> '_RETURN'
  union all
  select 'statistics', s.oid::regclass::text, pg_get_statisticsobjdef(s.oid)
    from pg_statistic_ext s where s.stxnamespace in (select oid from ours)
  union all
  select 'sequence', c.oid::regclass::text, concat_ws('; ', format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
      s.seqcache, s.seqcycle, c.relowner::regrole, ${rights('c.relacl', 's', 'c.relowner')},
      (select format('of %s.%s', d.refobjid::regclass, a.attname) from pg_depend d
        join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')))
    from pg_sequence s join pg_class c on c.oid = s.seqrelid where ${ours('pg_class', 'c.oid', 'c.relnamespace')}
  union all
  select 'default rights', concat_ws(' ', d.defaclrole::regrole, nullif(d.defaclnamespace, 0)::regnamespace, d.defaclobjtype),
      ${rights('d.defaclacl', 'f', 'd.defaclrole')}
    from pg_default_acl d
  order by kind, name`;

/**
 * Reads everything that the migrations make: functions with their settings, columns, indexes, constraints, policies,
 * rights, triggers, types, sequences, and the rows of the tables that do not begin empty.
 */
export async function readCatalog(client: pg.ClientBase): Promise<CatalogEntry[]> {
  const { rows } = await client.query<CatalogEntry>(CATALOG);
  return [...rows, ...(await readFirstRows(client))];
}

async function readFirstRows(client: pg.ClientBase): Promise<CatalogEntry[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'app_private'::regnamespace) order by 1`,
  );
  const found: CatalogEntry[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      `select to_jsonb(t)::text as row from ${name} t order by 1`,
    );
    found.push(...rows.map(({ row }) => ({ kind: 'row', name: `${name} ${row}`, definition: '' })));
  }
  return found;
}

export interface RightRow {
  name: string;
  roles: string[];
  description: string;
}

/** Who may do what, by the name of the right. */
export async function readRights(client: pg.ClientBase): Promise<RightRow[]> {
  const { rows } = await client.query<RightRow>(
    'select name, roles, description from app_private.rights order by name collate "C"',
  );
  return rows;
}

export interface ScopeRow {
  name: string;
  rights: string[];
  description: string;
}

/** What API keys may do, by the name of the scope. */
export async function readScopes(client: pg.ClientBase): Promise<ScopeRow[]> {
  const { rows } = await client.query<ScopeRow>(
    `select name, array(select unnest(rights) order by 1) as rights, description
     from app_private.scopes order by name collate "C"`,
  );
  return rows;
}

/** Every function of ours, by the name and the types of its arguments. */
export async function readFunctions(client: pg.ClientBase): Promise<Map<string, FunctionSource>> {
  const { rows } = await client.query<FunctionSource>(
    `select p.oid::regprocedure::text as name, rtrim(pg_get_functiondef(p.oid), E'\\n') as create,
       pg_get_function_arguments(p.oid) || ' returns ' || pg_get_function_result(p.oid) as signature,
       obj_description(p.oid, 'pg_proc') as comment,
       array(select distinct coalesce(nullif(a.grantee, 0)::regrole::text, 'public')
         from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee <> p.proowner order by 1) as grantees
     from pg_proc p where p.pronamespace in ('public'::regnamespace, 'app_private'::regnamespace)
       and not exists (select 1 from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
     order by 1`,
  );
  return new Map(rows.map((row) => [row.name, row]));
}
