-- Roles, the claims of the caller, and how a table of a clinic is protected.
--
-- voxanne_runtime is the login of every process: it owns nothing, cannot bypass row-level security and has no table
-- rights of its own. For each transaction it becomes `voxanne_tenant` (one organization, by the claims) or
-- `voxanne_service` (the workers' role, the same tables without a signed-in user). `authenticated` is the role of
-- PostgREST: what it may do, anyone with a token may do, without the rules, the limits and the audit of the server.

create schema if not exists extensions;
create extension if not exists btree_gist with schema extensions;

create schema if not exists app_private;
comment on schema app_private is 'Functions behind the policies and triggers, and what processes share; not an API.';

do $$
declare
  r text;
begin
  foreach r in array array['voxanne_service', 'voxanne_tenant', 'voxanne_runtime'] loop
    continue when exists (select 1 from pg_catalog.pg_roles where rolname = r);
    begin
      execute format('create role %I %s noinherit', r, case r when 'voxanne_runtime' then 'login' else 'nologin' end);
    exception when duplicate_object or unique_violation then null; -- two databases of one server at once
    end;
  end loop;
end $$;

-- From 16 on a membership carries its own SET and INHERIT options; 15 does not know the words, and plpgsql would refuse
-- them even in a branch it never takes, hence `execute`. The membership in `authenticated` stays: roles belong to the
-- whole server, and the processes of another database on it may be of an earlier version.
do $$
declare
  r text;
  options text := case when current_setting('server_version_num')::int >= 160000
    then ' with set true, inherit false' else '' end;
begin
  foreach r in array array['authenticated', 'voxanne_service', 'voxanne_tenant'] loop
    if not pg_catalog.pg_has_role('voxanne_runtime', r, 'MEMBER') then
      execute format('grant %I to voxanne_runtime', r) || options;
    end if;
  end loop;
end $$;

grant usage on schema public, extensions to authenticated, voxanne_tenant, voxanne_service, service_role;
-- Not to authenticated: its policies need no name to find a function, and nothing else in there is for it.
grant usage on schema app_private to voxanne_tenant, voxanne_service, service_role;

-- What is made from here on belongs to nobody until it is granted.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke execute on functions from anon, authenticated;
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;

-- Who is asking, as expressions that the planner writes into the policies. With a search path of their own these were
-- functions called by functions: 40 us at each table that is read, 15 times for one booking. Bodies of this form are
-- bound when they are created, so that no search path can change what they mean.
create function app_private.claims() returns jsonb
  language sql stable
  return nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb;
comment on function app_private.claims() is
  'The verified claims of this transaction. A setting made local is the empty string after commit, hence nullif.';
grant execute on function app_private.claims to voxanne_tenant, voxanne_service, service_role;

create function app_private.org_id() returns uuid
  language sql stable
  return (app_private.claims() -> 'app_metadata' ->> 'org_id')::uuid;
grant execute on function app_private.org_id to voxanne_tenant, voxanne_service, service_role;

create function app_private.user_id() returns uuid
  language sql stable
  return (app_private.claims() ->> 'sub')::uuid;
comment on function app_private.user_id() is
  'Who asks: a person, or an API key by its id, which is no person''s. Null for the receptionist, patients and workers.';
grant execute on function app_private.user_id to voxanne_tenant, voxanne_service, service_role;

create function app_private.actor_type() returns text
  language sql stable
  return case
    when app_private.user_id() is null then 'system'
    when app_private.claims() ->> 'actor_type' = 'key' then 'key'
    else 'user' end;
comment on function app_private.actor_type() is 'What user_id() is the id of, as the audit log says it.';

-- In a definer function current_user is the owner; the role that asked is in the setting that SET ROLE writes.
create function app_private.acting_role() returns text
  language sql stable
  return case pg_catalog.current_setting('role') when 'none' then session_user::text
    else pg_catalog.current_setting('role') end;
comment on function app_private.acting_role() is 'The role that sent the statement, whichever function it has come to.';

create function app_private.protect(p_table regclass, p_org_column text default 'org_id') returns void
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
  execute format('revoke all on %s from anon, authenticated, service_role', p_table);
  execute format('grant select on %s to voxanne_tenant, voxanne_service', p_table);
  execute format('grant select, insert, update, delete on %s to service_role', p_table);
end $$;
comment on function app_private.protect is
  'Row-level security for a table of an organization. Rights to write are granted beside the table; authenticated gets none.';

create function app_private.protect_shared(p_table regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('alter table %s force row level security', p_table);
  execute format('create policy service on %s for all to voxanne_service using (true) with check (true)', p_table);
end $$;
comment on function app_private.protect_shared is
  'Row-level security for a table that belongs to no organization: the workers alone, and no signed-in user. Rights are granted beside the table.';

create function app_private.touch_updated_at() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.updated_at := now();
  return new;
end $$;
