-- Roles, the claims of the caller, and the one way a table of a clinic is protected.
--
-- voxanne_runtime is the login of every process: it owns nothing, cannot bypass row-level security and has no
-- table rights of its own. Per transaction it becomes `authenticated` (one organization, by the claims) or
-- `voxanne_service` (the workers' role, the same tables without a signed-in user).

create schema if not exists extensions;
create extension if not exists btree_gist with schema extensions;

create schema if not exists app_private;
comment on schema app_private is 'Functions behind the policies and triggers; not an API.';

do $$
begin
  if not exists (select 1 from pg_catalog.pg_roles where rolname = 'voxanne_service') then
    begin
      create role voxanne_service nologin noinherit;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  if not exists (select 1 from pg_catalog.pg_roles where rolname = 'voxanne_runtime') then
    begin
      create role voxanne_runtime login noinherit;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
end $$;

-- From 16 on a membership carries its own SET and INHERIT options; 15 does not know the words, and plpgsql
-- would refuse them even in a branch it never takes, hence `execute`.
do $$
declare
  r text;
  options text := case when current_setting('server_version_num')::int >= 160000
    then ' with set true, inherit false' else '' end;
begin
  foreach r in array array['authenticated', 'voxanne_service'] loop
    if not pg_catalog.pg_has_role('voxanne_runtime', r, 'MEMBER') then
      execute format('grant %I to voxanne_runtime', r) || options;
    end if;
  end loop;
end $$;

grant usage on schema public, app_private to authenticated, voxanne_service, service_role;
grant usage on schema extensions to authenticated, voxanne_service, service_role;

create function app_private.claims() returns jsonb
  language sql stable set search_path = ''
  as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
comment on function app_private.claims() is
  'The verified claims of this transaction. A setting made local is the empty string after commit, hence nullif.';

create function app_private.org_id() returns uuid
  language sql stable set search_path = ''
  as $$ select (app_private.claims() -> 'app_metadata' ->> 'org_id')::uuid $$;

create function app_private.user_id() returns uuid
  language sql stable set search_path = ''
  as $$ select (app_private.claims() ->> 'sub')::uuid $$;

revoke execute on all functions in schema app_private from public;
grant execute on function app_private.claims(), app_private.org_id(), app_private.user_id()
  to authenticated, voxanne_service, service_role;

create function app_private.protect(p_table regclass, p_org_column text default 'org_id') returns void
  language plpgsql set search_path = ''
  as $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('alter table %s force row level security', p_table);
  execute format(
    'create policy own_organization on %s for all to authenticated '
    'using (%I = (select app_private.org_id())) with check (%I = (select app_private.org_id()))',
    p_table, p_org_column, p_org_column);
  execute format(
    'create policy service on %s for all to voxanne_service, service_role using (true) with check (true)',
    p_table);
  -- The definer functions below run as the owner; with FORCE they need a policy of their own, because the
  -- owner of a managed database may not be allowed to bypass row-level security.
  execute format('create policy owner on %s for all to current_user using (true) with check (true)', p_table);
  execute format('revoke all on %s from anon, authenticated', p_table);
  execute format('grant select on %s to authenticated', p_table);
  execute format('grant select on %s to voxanne_service', p_table);
  execute format('grant all on %s to service_role', p_table);
end $$;
comment on function app_private.protect is
  'Row-level security for a table of an organization. Rights to write are granted by the migration that needs them.';

create function app_private.touch_updated_at() returns trigger
  language plpgsql set search_path = ''
  as $$
begin
  new.updated_at := now();
  return new;
end $$;
