-- What a member of a clinic may do with the database alone, through PostgREST, where none of the server's rules, limits
-- and records stand in between: read the clinic's calendar, and book. And only members: a token lives on for a while
-- after a person was removed, and says whatever it said before.

create function app_private.member_org_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select p.org_id from public.profiles p
  where p.user_id = app_private.user_id() and p.org_id = app_private.org_id()
    and app_private.claims() ->> 'role' = 'authenticated'
$$;
comment on function app_private.member_org_id() is
  'The clinic of the claims, if the person of the claims belongs to it. Null for everybody else.';
create function app_private.member_user_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select app_private.user_id() where app_private.member_org_id() is not null $$;
comment on function app_private.member_user_id() is 'The person of the claims, if they belong to the clinic of the claims.';
revoke execute on function app_private.member_org_id, app_private.member_user_id from public;
grant execute on function app_private.member_org_id, app_private.member_user_id to authenticated;
-- Policies need no name to find it, and nothing else of the schema is for them.
revoke usage on schema app_private from authenticated;

-- Not: bodies of texts (they hold patients' links), payloads, the audit log, credentials, notes, what was heard.
grant select (id, name, time_zone, country, booking_horizon_days, calendar_policy, created_at, updated_at)
  on public.organizations to authenticated;
grant select (user_id, org_id, email, role, created_at) on public.profiles to authenticated;
grant select (id, org_id, name, working_hours, breaks, active, created_at, updated_at, deleted_at)
  on public.providers to authenticated;
grant select (id, org_id, name, slug, duration_minutes, active, buffer_before_minutes, buffer_after_minutes, capacity,
    min_notice_minutes, horizon_days, slot_step_minutes, created_at, updated_at, deleted_at)
  on public.services to authenticated;
grant select (org_id, service_id, provider_id) on public.service_providers to authenticated;
grant select (id, org_id, provider_id, title, starts_local, ends_local, created_at, updated_at)
  on public.time_off to authenticated;
grant select (id, org_id, name, title, phone, phone_extension, phone_flag, email, status, created_at, updated_at)
  on public.leads to authenticated;
grant select (id, org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes, busy_from, busy_to,
    status, source, hold_expires_at, overbooked, sync_state, calendar_unverified, version, created_at, updated_at)
  on public.appointments to authenticated;

do $$
declare
  t text;
begin
  foreach t in array array['providers', 'services', 'service_providers', 'time_off', 'leads', 'appointments'] loop
    execute pg_catalog.format(
      'create policy member on public.%I for select to authenticated using (org_id = (select app_private.member_org_id()))', t);
  end loop;
end $$;
create policy member on public.organizations for select to authenticated
  using (id = (select app_private.member_org_id()));
create policy member on public.profiles for select to authenticated
  using (org_id = (select app_private.member_org_id()) and user_id = (select app_private.member_user_id()));

-- In a definer function current_user is the owner; who asked stands in the setting that SET ROLE writes.
create function app_private.acting_role() returns text
  language sql stable
  return case pg_catalog.current_setting('role') when 'none' then session_user::text
    else pg_catalog.current_setting('role') end;
comment on function app_private.acting_role() is 'The role that sent the statement, whichever function it has come to.';
revoke execute on function app_private.acting_role from public;

-- A definer function that looks into another organization must not tell it apart from one that does not exist.
create or replace function app_private.may_act_for(p_org_id uuid) returns boolean
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_role text := app_private.acting_role();
begin
  -- Roles that carry claims act for the clinic in them or not at all: a claim that someone forgot to set is no pass.
  if v_role = 'voxanne_tenant' then
    return coalesce(app_private.org_id() = p_org_id, false);
  end if;
  if v_role = 'authenticated' then
    return coalesce(app_private.member_org_id() = p_org_id, false);
  end if;
  -- Plain SQL of the owner and of the services' roles; and nobody else, whatever they inherit.
  if not pg_has_role(v_role, 'voxanne_service', 'USAGE') and not pg_has_role(v_role, 'service_role', 'USAGE')
    and not pg_has_role(v_role, (select c.relowner from pg_class c where c.oid = 'public.organizations'::regclass), 'USAGE')
  then
    return false;
  end if;
  return app_private.claims() is null or app_private.claims() ->> 'role' = 'service_role'
    or app_private.org_id() is not distinct from p_org_id;
end $$;

-- Who acts, derived and not believed: a signed-in person is that person, whatever the arguments say, and a client of
-- PostgREST is a program. Only our own server acts without a person, and says for whom.
create or replace function app_private.booking_source(p_source text) returns text
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case
    when p_source is not null and app_private.acting_role() = 'authenticated' then 'api'
    when app_private.user_id() is not null and p_source in ('voice', 'patient', 'google', 'system') then 'api'
    else p_source end
$$;

-- `all` held the right to make triggers: a role that has it runs code of its own with the rights of the one that writes.
do $$
declare
  t regclass;
begin
  for t in
    select c.oid from pg_catalog.pg_class c
    where exists (select 1 from pg_catalog.pg_policy p where p.polrelid = c.oid and p.polname = 'own_organization')
  loop
    execute pg_catalog.format('revoke all on %s from service_role', t);
    execute pg_catalog.format('grant select, insert, update, delete on %s to service_role', t);
  end loop;
end $$;
revoke update, delete on public.audit_log from service_role;

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
  execute format('revoke all on %s from anon, authenticated, service_role', p_table);
  execute format('grant select on %s to voxanne_tenant, voxanne_service', p_table);
  execute format('grant select, insert, update, delete on %s to service_role', p_table);
end $$;
