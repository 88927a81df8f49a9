-- A clinic and its people. Two numbers of a clinic: the owner's, which nobody publishes, and the one that patients see. A
-- clinic that entered none is called on the number that its receptionist answers.

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(name) between 1 and 120),
  phone text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  public_phone text check (public_phone ~ '^\+[1-9][0-9]{6,14}$'),
  time_zone text not null default 'UTC',
  country text not null default 'US' check (country ~ '^[A-Z]{2}$'),
  booking_horizon_days integer not null default 365 check (booking_horizon_days between 1 and 1095),
  calendar_policy text not null default 'internal_only' check (calendar_policy in ('internal_only', 'closed')),
  message_retention_days integer check (message_retention_days between 1 and 3650),
  calendar_declined_at timestamptz,
  system_ready_queued_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  requests_per_hour integer check (requests_per_hour between 1 and 999999),
  own_requests_per_hour integer check (own_requests_per_hour between 1 and 999999),
  require_second_factor boolean not null default false
);
comment on table public.organizations is 'One clinic. Its time zone decides what "9 in the morning" means.';
comment on column public.organizations.phone is
  'The owner''s phone in E.164: texts about the system go there. Patients never see it.';
comment on column public.organizations.public_phone is 'The clinic''s number that patients see, in E.164.';
comment on column public.organizations.message_retention_days is
  'After so many days the words of a finished text are removed; the row and its timeline stay. Null: they are kept.';
comment on column public.organizations.calendar_declined_at is
  'When the clinic said that it does without Google Calendar; null as long as it may still link one, or has.';
comment on column public.organizations.system_ready_queued_at is 'Set once, with the outbox row of the text.';
comment on column public.organizations.requests_per_hour is
  'What programs of the clinic may ask of the API in an hour, as the operator set it; null: what the deployment says.';
comment on column public.organizations.own_requests_per_hour is
  'What the clinic itself set below that; null: nothing. The lower one counts.';
comment on column public.organizations.require_second_factor is
  'Whether people reach the clinic only with a sign-in that took two steps.';
select app_private.protect('public.organizations', 'id');
grant update (name, phone, public_phone, time_zone, country, booking_horizon_days, calendar_policy,
    message_retention_days, calendar_declined_at, own_requests_per_hour)
  on public.organizations to voxanne_tenant;
-- authenticated reads, here and below, without the bodies of texts (they hold patients' links), payloads, the audit log,
-- credentials, notes, and what was heard.
grant select (id, name, time_zone, country, booking_horizon_days, calendar_policy, created_at, updated_at)
  on public.organizations to authenticated;

create trigger organizations_touch before update on public.organizations
  for each row execute function app_private.touch_updated_at();
create trigger organizations_clean_name before insert or update of name on public.organizations
  for each row execute function app_private.keep_name_visible();

create table public.profiles (
  user_id uuid not null references auth.users (id) on delete cascade,
  org_id uuid not null references public.organizations (id) on delete cascade,
  email text,
  role text not null default 'staff' check (role in ('owner', 'admin', 'staff', 'auditor')),
  created_at timestamptz not null default now(),
  primary key (user_id, org_id)
);
comment on table public.profiles is 'Who belongs to which organization; the truth behind the token''s org_id.';
create index profiles_org_id_idx on public.profiles (org_id);
select app_private.protect('public.profiles');
grant select (user_id, org_id, email, role, created_at) on public.profiles to authenticated;

-- What a member of a clinic may do with the database alone, through PostgREST, where none of the server's rules, limits
-- and records stand in between: read the clinic's calendar, and book. And only members: a token lives on for a while
-- after a person was removed, and says whatever it said before.
create function app_private.member_org_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select p.org_id from public.profiles p join public.organizations o on o.id = p.org_id
  where p.user_id = app_private.user_id() and p.org_id = app_private.org_id()
    and app_private.claims() ->> 'role' = 'authenticated'
    and (not o.require_second_factor or app_private.claims() ->> 'aal' = 'aal2')
$$;
comment on function app_private.member_org_id() is
  'The clinic of the claims, if the person of the claims belongs to it and signed in as it requires. Null for everyone else.';
grant execute on function app_private.member_org_id to authenticated;

create function app_private.member_user_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select app_private.user_id() where app_private.member_org_id() is not null $$;
comment on function app_private.member_user_id() is
  'The person of the claims, if they belong to the clinic of the claims.';
grant execute on function app_private.member_user_id to authenticated;

create function app_private.has_right(p_right text) returns boolean
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if app_private.actor_type() = 'key' then
    return app_private.key_has_right(p_right);
  end if;
  return exists (
    select 1 from public.profiles p
    where p.user_id = app_private.user_id() and p.org_id = app_private.org_id()
      and p.role = any (app_private.roles_with_right(p_right)));
end $$;
comment on function app_private.has_right is
  'Whether the person of the claims may do that in the clinic of the claims, by their role there; or the API key, by its scopes.';

-- The routes ask first, and answer in words. This is for a role that changed a moment ago, for code that forgets to ask,
-- and for PostgREST's clients.
create function app_private.require_right(p_right text) returns boolean
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  -- The receptionist, a patient with a link and the workers are no person of a clinic.
  if app_private.user_id() is not null and not app_private.has_right(p_right) then
    raise exception '% in this clinic does not have the right %',
      case app_private.actor_type() when 'key' then 'the API key' else 'your role' end, p_right
      using errcode = 'insufficient_privilege', hint = 'Ask an owner or admin of the clinic.', constraint = p_right;
  end if;
  return true;
end $$;
comment on function app_private.require_right is
  'True, or an exception for a person or API key without the right. For definer functions, after may_act_for, and for policies.';
grant execute on function app_private.require_right to voxanne_tenant;

create function app_private.org_id_with_right(p_right text) returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select app_private.member_org_id() where app_private.has_right(p_right) $$;
comment on function app_private.org_id_with_right is
  'The clinic of the claims, if the person of the claims belongs to it and may do that there. For the policies of authenticated.';
grant execute on function app_private.org_id_with_right to authenticated;

create function app_private.protect_changes(p_table regclass, p_right text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_asks text := format('((select app_private.require_right(%L)))', p_right);
begin
  execute format('create policy right_to_add on %s as restrictive for insert to voxanne_tenant with check %s',
    p_table, v_asks);
  execute format('create policy right_to_change on %s as restrictive for update to voxanne_tenant using %s',
    p_table, v_asks);
  execute format('create policy right_to_remove on %s as restrictive for delete to voxanne_tenant using %s',
    p_table, v_asks);
end $$;
comment on function app_private.protect_changes is
  'For a table that our server writes without a function in between: a person needs the right.';

create policy member on public.organizations for select to authenticated
  using (id = (select app_private.org_id_with_right('clinic.read')));
select app_private.protect_changes('public.organizations', 'settings.edit');
create policy member on public.profiles for select to authenticated
  using (org_id = (select app_private.member_org_id()) and user_id = (select app_private.member_user_id()));

-- A definer function that looks into another organization must not tell it apart from one that does not exist.
create function app_private.may_act_for(p_org_id uuid) returns boolean
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
