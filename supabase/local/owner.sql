-- Where the database is a superuser's and a superuser migrates (the built-in one, most containers): tables and functions
-- get an owner who is none, so that a fault in a function that runs as its owner is a fault within this database, and not
-- one that runs programs on the machine. Not a migration: it runs before them, any number of times. Managed databases
-- have an owner of that kind already.

do $$
declare
  r text;
begin
  foreach r in array array['voxanne_owner', 'voxanne_service', 'voxanne_tenant', 'anon', 'authenticated', 'service_role'] loop
    begin
      execute format('create role %I nologin noinherit', r);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
  -- As the owner of the database it is a member of pg_database_owner, which owns the schema public.
  alter role voxanne_owner inherit;
  begin
    create role voxanne_runtime login noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  -- Its migrations may not do it: who may grant roles can give themselves every one.
  foreach r in array array['authenticated', 'voxanne_service', 'voxanne_tenant'] loop
    if not pg_has_role('voxanne_runtime', r, 'MEMBER') then
      execute format('grant %I to voxanne_runtime', r) || case
        when current_setting('server_version_num')::int >= 160000 then ' with set true, inherit false' else '' end;
    end if;
  end loop;
end $$;

do $$
declare
  o record;
begin
  execute format('alter database %I owner to voxanne_owner', current_database());
  for o in
    select 'schema' as kind, quote_ident(n.nspname) as name from pg_namespace n
    where n.nspowner = current_user::regrole and (n.nspname in ('public', 'app_private', 'extensions', 'supabase_migrations')
      or (n.nspname = 'auth' and obj_description(n.oid, 'pg_namespace') = 'voxanne stand-in'))
  loop
    execute format('alter %s %s owner to voxanne_owner', o.kind, o.name);
  end loop;
  for o in
    with schemas as (
      select n.oid from pg_namespace n where n.nspname in ('public', 'app_private', 'supabase_migrations')
        or (n.nspname = 'auth' and obj_description(n.oid, 'pg_namespace') = 'voxanne stand-in')),
    mine as (
      select case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end as kind,
        c.oid::regclass::text as name, c.oid, 'pg_class'::regclass as class
      from pg_class c where c.relnamespace in (select oid from schemas) and c.relowner = current_user::regrole
        and c.relkind in ('r', 'p', 'v', 'S')
        -- Of a column: it goes with its table.
        and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
          and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
      union all
      select 'routine', p.oid::regprocedure::text, p.oid, 'pg_proc'::regclass
      from pg_proc p where p.pronamespace in (select oid from schemas) and p.proowner = current_user::regrole
      union all
      select 'type', t.oid::regtype::text, t.oid, 'pg_type'::regclass
      from pg_type t left join pg_class c on c.oid = t.typrelid
      where t.typnamespace in (select oid from schemas) and t.typowner = current_user::regrole
        and (t.typtype in ('d', 'e') or c.relkind = 'c'))
    select kind, name from mine where not exists (
      select 1 from pg_depend d where d.classid = mine.class and d.objid = mine.oid and d.deptype = 'e')
  loop
    execute format('alter %s %s owner to voxanne_owner', o.kind, o.name);
  end loop;
  for o in
    select polrelid::regclass::text as name from pg_policy
    where polname = 'owner' and polroles = array[current_user::regrole::oid]
  loop
    execute format('alter policy owner on %s to voxanne_owner', o.name);
  end loop;
end $$;

alter default privileges for role voxanne_owner revoke execute on functions from public;
