-- Our own processes act for a clinic under a role of their own. `authenticated` is PostgREST's: what it may do, anybody
-- with a token may do, without the rules, the limits and the audit of the server in front of it.

do $$
begin
  if not exists (select 1 from pg_catalog.pg_roles where rolname = 'voxanne_tenant') then
    begin
      create role voxanne_tenant nologin noinherit;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
end $$;

-- The membership in `authenticated` stays: roles belong to the whole server, and the processes of another database on it
-- may still be of the version before.
do $$
begin
  if not pg_catalog.pg_has_role('voxanne_runtime', 'voxanne_tenant', 'MEMBER') then
    execute 'grant voxanne_tenant to voxanne_runtime' || case
      when pg_catalog.current_setting('server_version_num')::int >= 160000
      then ' with set true, inherit false' else '' end;
  end if;
end $$;

grant usage on schema public, app_private, extensions to voxanne_tenant;

-- What `authenticated` held so far becomes the right of the new role; `authenticated` starts with nothing.
do $$
declare
  r record;
begin
  for r in
    select c.oid, c.oid::regclass as name, c.relacl from pg_catalog.pg_class c
    where exists (select 1 from pg_catalog.pg_policy p where p.polrelid = c.oid and p.polname = 'own_organization')
  loop
    execute pg_catalog.format('alter policy own_organization on %s to voxanne_tenant', r.name);
    declare
      a record;
    begin
      for a in
        select acl.privilege_type, null::name as attname from pg_catalog.aclexplode(r.relacl) acl
        where acl.grantee = 'authenticated'::regrole
        union all
        select acl.privilege_type, att.attname from pg_catalog.pg_attribute att, pg_catalog.aclexplode(att.attacl) acl
        where att.attrelid = r.oid and acl.grantee = 'authenticated'::regrole
      loop
        execute pg_catalog.format('grant %s %s on %s to voxanne_tenant', a.privilege_type,
          coalesce('(' || pg_catalog.quote_ident(a.attname) || ')', ''), r.name);
      end loop;
    end;
    -- Of a table: takes its columns' rights along.
    execute pg_catalog.format('revoke all on %s from anon, authenticated', r.name);
  end loop;

  for r in
    select p.oid::regprocedure as name, p.pronamespace = 'public'::regnamespace and p.proname = 'book_appointment_atomic' as stays,
      exists (select 1 from pg_catalog.aclexplode(p.proacl) a where a.grantee = 'authenticated'::regrole) as moves
    from pg_catalog.pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'app_private'::regnamespace)
      and not exists (select 1 from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass
        and d.objid = p.oid and d.deptype = 'e')
  loop
    if r.moves then
      execute pg_catalog.format('grant execute on function %s to voxanne_tenant', r.name);
    end if;
    execute pg_catalog.format('revoke execute on function %s from public, anon', r.name);
    if not r.stays then
      execute pg_catalog.format('revoke execute on function %s from authenticated', r.name);
    end if;
  end loop;
end $$;

-- What a later migration makes belongs to nobody until it says to whom.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke execute on functions from anon, authenticated;
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;

create or replace function app_private.protect(p_table regclass, p_org_column text default 'org_id') returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('alter table %s force row level security', p_table);
  execute format(
    'create policy own_organization on %s for all to voxanne_tenant '
    'using (%I = (select app_private.org_id())) with check (%I = (select app_private.org_id()))',
    p_table, p_org_column, p_org_column);
  execute format(
    'create policy service on %s for all to voxanne_service, service_role using (true) with check (true)',
    p_table);
  -- The definer functions run as the owner; with FORCE they need a policy of their own, because the owner of a managed
  -- database may not be allowed to bypass row-level security.
  execute format('create policy owner on %s for all to current_user using (true) with check (true)', p_table);
  execute format('revoke all on %s from anon, authenticated', p_table);
  execute format('grant select on %s to voxanne_tenant, voxanne_service', p_table);
  execute format('grant all on %s to service_role', p_table);
end $$;
comment on function app_private.protect is
  'Row-level security for a table of an organization. Rights to write are granted by the migration that needs them; authenticated gets none.';
