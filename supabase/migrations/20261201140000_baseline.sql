-- The schema before the first release, made from supabase/schemas/. Read it there: this file stays as it is, as every
-- migration does, and the ones after it change what it made.

-- 00_roles_and_scope.sql

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
grant execute on function app_private.user_id to voxanne_tenant, voxanne_service, service_role;

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

-- 05_visible_names.sql

-- What is drawn as nothing, or as accents on nothing, is no name; and a clinic's name stands in texts, where it must not be
-- read as a web address, as a numbered choice or as a word that the carrier acts on.

create function app_private.visible_line(p_text text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
    pg_catalog.normalize(p_text, 'NFC'),
    '[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'),
    '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]', '', 'g'),
    '^[ \u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]+$', '', ''),
    ' +', ' ', 'g'))
$$;
comment on function app_private.visible_line is
  'One line without what cannot be seen; the same rule as visibleLine in packages/contract. Zero-width joiners stay: Persian and emoji need them.';
grant execute on function app_private.visible_line to voxanne_tenant, voxanne_service, service_role;

create function app_private.keep_name_visible() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_text text;
  v_misleads boolean := false;
begin
  new.name := app_private.visible_line(new.name);
  -- A name from before this rule stays as it is until a person changes it.
  if tg_table_name = 'organizations' and (tg_op = 'INSERT' or new.name is distinct from old.name) then
    v_text := pg_catalog.lower(pg_catalog.normalize(new.name, 'NFKC'));
    v_misleads := v_text ~ 'https?://|(^|[^a-z0-9])www\.|[a-z0-9-]\.[a-z]{2,24}(:[0-9]+)?[/?#]'
      or v_text ~ '^[(\[]?[0-9]{1,2} ?([.:)\]]|-( |$)|$)|^[12] '
      or pg_catalog.regexp_replace(v_text, '^[^a-z]+|[^a-z]+$', '', 'g') = any (array['stop', 'stopall', 'unsubscribe',
        'cancel', 'end', 'quit', 'revoke', 'optout', 'start', 'unstop', 'help', 'info', 'yes', 'no', 'confirm']);
  end if;
  if tg_table_name = 'organizations' and tg_op = 'INSERT' and (new.name = '' or v_misleads) then
    -- A sign-up must not lose its clinic over its name.
    new.name := 'New clinic';
  elsif v_misleads then
    raise exception 'this name would be misread in a text message' using errcode = '23514';
  end if;
  return new;
end $$;

create function app_private.keep_title_visible() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.title := app_private.visible_line(new.title);
  return new;
end $$;

-- 10_organizations.sql

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
  updated_at timestamptz not null default now()
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
select app_private.protect('public.organizations', 'id');
grant update (name, phone, public_phone, time_zone, country, booking_horizon_days, calendar_policy,
    message_retention_days, calendar_declined_at)
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
  role text not null default 'member' check (role in ('owner', 'admin', 'member')),
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
  select p.org_id from public.profiles p
  where p.user_id = app_private.user_id() and p.org_id = app_private.org_id()
    and app_private.claims() ->> 'role' = 'authenticated'
$$;
comment on function app_private.member_org_id() is
  'The clinic of the claims, if the person of the claims belongs to it. Null for everyone else.';
grant execute on function app_private.member_org_id to authenticated;

create function app_private.member_user_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select app_private.user_id() where app_private.member_org_id() is not null $$;
comment on function app_private.member_user_id() is
  'The person of the claims, if they belong to the clinic of the claims.';
grant execute on function app_private.member_user_id to authenticated;

create policy member on public.organizations for select to authenticated
  using (id = (select app_private.member_org_id()));
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

-- 11_events.sql

-- The live events that the screens of a clinic follow.

create table public.events (
  id bigint generated always as identity primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  type text not null,
  data jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.events is
  'What GET /api/events replays after Last-Event-ID. Carries ids and states, no patient data.';
create index events_org_id_idx on public.events (org_id, id);
create index events_created_at_idx on public.events (created_at);
select app_private.protect('public.events');
grant delete on public.events to voxanne_service;

create function app_private.emit(p_org_id uuid, p_type text, p_data jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  -- Ids must become visible in order, or a reader that resumes after id N misses a smaller one that commits
  -- later. The lock lives until commit, and every emit comes at the end of its transaction.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('events:' || p_org_id::text, 0));
  insert into public.events (org_id, type, data) values (p_org_id, p_type, p_data);
  perform pg_catalog.pg_notify('voxanne_events', p_org_id::text);
end $$;
grant execute on function app_private.emit to voxanne_service, service_role;

create function app_private.organization_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.id, 'organization.updated', '{}');
  return null;
end $$;

create trigger organizations_emit_event
  after update of name, phone, public_phone, time_zone, country, calendar_policy, booking_horizon_days,
    message_retention_days, calendar_declined_at
  on public.organizations
  for each row execute function app_private.organization_changed();

-- 12_audit.sql

-- What happened in a clinic, and who did it. The log stays forever and cannot be corrected, so it says what was changed,
-- and nothing of what a patient is called, where they can be reached, or what someone wrote about them. And it is written
-- by functions alone: a row that can be made by hand proves nothing.

create table public.audit_log (
  id bigint generated always as identity primary key,
  org_id uuid not null,
  actor_type text not null check (actor_type in ('user', 'agent', 'patient', 'system', 'google')),
  actor_id text,
  action text not null,
  object_type text not null,
  object_id text,
  before jsonb,
  after jsonb,
  request_id text,
  created_at timestamptz not null default now(),
  constraint audit_log_contact_holds_no_values check (
    object_type <> 'contact' or (before is null and (after is null or (after - 'fields' = '{}'
      and not jsonb_path_exists(after, '$.fields[*] ? (@.type() != "string" || !(@ like_regex "^[a-z_]{1,40}$"))')))))
);
comment on table public.audit_log is 'Append-only. No foreign key: it outlives what it tells about.';
create index audit_log_org_id_idx on public.audit_log (org_id, id desc);
select app_private.protect('public.audit_log');
revoke insert, update, delete on public.audit_log from service_role;

create function app_private.audit_log_is_append_only() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  raise exception 'audit_log is append-only' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_log_refuse_change before update or delete or truncate on public.audit_log
  for each statement execute function app_private.audit_log_is_append_only();

-- What a person may be the author of without a function that makes the change itself. A new action is a row here.
create table app_private.audited_actions (
  action text primary key check (action ~ '^[a-z_]+\.[a-z_]+$'),
  object_type text not null
);
comment on table app_private.audited_actions is 'What app_private.write_audit takes; anything else is refused.';
alter table app_private.audited_actions enable row level security;
alter table app_private.audited_actions force row level security;
create policy owner on app_private.audited_actions for all to current_user using (true) with check (true);

insert into app_private.audited_actions (action, object_type) values
  ('organization.changed', 'organization'),
  ('service.created', 'service'), ('service.changed', 'service'), ('service.deleted', 'service'),
  ('provider.created', 'provider'), ('provider.changed', 'provider'), ('provider.deleted', 'provider'),
  ('time_off.created', 'time_off'), ('time_off.changed', 'time_off'), ('time_off.deleted', 'time_off'),
  ('contact.changed', 'contact'),
  ('feed.made', 'provider'), ('feed.revoked', 'provider'),
  ('task.closed', 'task'), ('task.reopened', 'task'),
  -- What staff may do on purpose: book outside working hours, record a visit before its time.
  ('appointment.outside_hours', 'appointment'), ('appointment.recorded_early', 'appointment');

create function app_private.write_audit(
  p_action text, p_object_id text, p_before jsonb, p_after jsonb, p_request_id text
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org uuid := app_private.org_id();
  v_person uuid := app_private.user_id();
  v_object_type text;
begin
  if v_org is null or v_person is null then
    raise exception 'an audit row needs a clinic and a signed-in person' using errcode = 'insufficient_privilege';
  end if;
  select a.object_type into v_object_type from app_private.audited_actions a where a.action = p_action;
  if not found then
    raise exception 'audit action % is not listed in app_private.audited_actions', p_action
      using errcode = 'insufficient_privilege';
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (v_org, 'user', v_person::text, p_action, v_object_type, p_object_id, p_before, p_after, p_request_id);
end $$;
comment on function app_private.write_audit is
  'The clinic and the person are those of the claims. In the transaction of the change: one does not exist without the other.';
grant execute on function app_private.write_audit to voxanne_tenant;

-- 13_sign_up.sql

-- A sign-up brings its own clinic. Three parts, because GoTrue writes app_metadata from memory: the id is
-- stamped before the insert (so that it is in RETURNING and in the first token), the profile needs the user
-- row, and a later overwrite that drops the id is put right. Nothing here may ever block a sign-up: what goes
-- wrong is a warning, and the person gets a clear 403 instead of "Database error saving new user".

create function app_private.valid_time_zone(p_zone text) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
begin
  -- Not pg_timezone_names: that view costs 12 ms. A name with its continent only: PostgreSQL also takes
  -- abbreviations ("PDT") and offsets of its own ("XYZ+3"), which nothing else can read.
  perform now() at time zone p_zone;
  return case when p_zone = 'UTC' or p_zone ~ '^[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}$' then p_zone end;
exception when others then
  return null;
end $$;

create function app_private.create_organization_for_new_user() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_meta jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_country text := coalesce(substring(upper(v_meta ->> 'country') from '^[A-Z]{2}$'), 'US');
  v_org_id uuid;
begin
  if new.raw_app_meta_data ->> 'org_id' is not null then
    return new;
  end if;
  insert into public.organizations (name, phone, public_phone, time_zone, country)
    values (
      left(coalesce(nullif(btrim(v_meta ->> 'organization_name'), ''),
        nullif(btrim(v_meta ->> 'name'), '') || '''s clinic', split_part(coalesce(new.email, 'New'), '@', 1) || '''s clinic'), 120),
      app_private.normalize_phone(v_meta ->> 'phone', v_country),
      app_private.normalize_phone(v_meta ->> 'public_phone', v_country),
      coalesce(app_private.valid_time_zone(v_meta ->> 'time_zone'), 'UTC'),
      v_country)
    returning id into v_org_id;
  perform app_private.create_clinic_defaults(v_org_id, 'Main provider');
  perform app_private.enqueue(v_org_id, 'assistant.provision', v_org_id::text, '{}');
  new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}') || jsonb_build_object('org_id', v_org_id);
  return new;
exception when others then
  raise warning 'no organization for a new user: %', sqlstate;
  return new;
end $$;

create function public.handle_new_user_signup() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org_id uuid;
  v_first boolean;
begin
  -- In the block, not in the declaration: what fails there is caught by nobody.
  v_org_id := (new.raw_app_meta_data ->> 'org_id')::uuid;
  if v_org_id is null then
    return null;
  end if;
  v_first := not exists (select 1 from public.profiles where org_id = v_org_id);
  insert into public.profiles (user_id, org_id, email, role)
    values (new.id, v_org_id, new.email,
      case when v_first then 'owner' else 'member' end)
    on conflict do nothing;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id)
    values (v_org_id, 'user', new.id, case when v_first then 'organization.created' else 'member.added' end,
      'organization', v_org_id);
  return null;
exception when others then
  raise warning 'no profile for a new user: %', sqlstate;
  return null;
end $$;

create function app_private.keep_org_id() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.raw_app_meta_data ? 'org_id' and new.raw_app_meta_data ->> 'org_id' is null then
    new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}')
      || jsonb_build_object('org_id', old.raw_app_meta_data -> 'org_id');
  end if;
  return new;
end $$;

create trigger on_auth_user_created_organization before insert on auth.users
  for each row execute function app_private.create_organization_for_new_user();
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user_signup();
create trigger on_auth_user_org_id_kept before update of raw_app_meta_data on auth.users
  for each row execute function app_private.keep_org_id();

-- 14_sign_in_limits.sql

-- How often a sign-in may fail: for an account at an address, for an account, for an address. Each row is a bucket that
-- empties with time: full_until is when it will be empty. An attempt takes its place before the password is looked at,
-- so that a hundred at once count like one after the other, and gets it back unless the password was wrong.
--
-- Nobody locks someone else out. An account that is under attack from many addresses is not closed: each address that
-- it never signed in from gets one try at a time instead of ten, and those that it did sign in from go on as before,
-- also when other accounts there have used up what their address may do.

create table app_private.sign_in_limits (
  key bytea primary key,
  full_until timestamptz not null,
  succeeded_at timestamptz,
  forget_at timestamptz not null
);
comment on table app_private.sign_in_limits is
  'Failed sign-ins that count at present. Keys are keyed hashes: no address of a person and none of a network is in here.';
comment on column app_private.sign_in_limits.full_until is
  'Each failure moves it on; the further it lies ahead, the more failed of late.';
comment on column app_private.sign_in_limits.succeeded_at is
  'Of an account at an address: when it last signed in from there.';
create index sign_in_limits_forget_at_idx on app_private.sign_in_limits (forget_at);
select app_private.protect_shared('app_private.sign_in_limits');
grant select, insert, update, delete on app_private.sign_in_limits to voxanne_service;

-- What one failure fills, so that ten of an account at an address and a hundred of an address are forgotten in a quarter
-- of an hour, and a hundred of an account in an hour.
create function app_private.sign_in_cost(p_kind text) returns interval
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select case p_kind when 'pair' then interval '90 seconds' when 'account' then interval '36 seconds'
    else interval '9 seconds' end $$;
grant execute on function app_private.sign_in_cost to voxanne_service;

-- Takes a place. 0: go on; else the seconds after which there is one. A sign-up has an address only.
create function app_private.begin_sign_in(p_now timestamptz, p_pair bytea, p_account bytea, p_address bytea)
  returns integer
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_keys bytea[] := array_remove(array[p_pair, p_account, p_address], null);
  v_ahead interval;
  v_known boolean;
  v_tries integer := 10;
  v_wait interval := interval '0';
begin
  delete from app_private.sign_in_limits where key in (
    select l.key from app_private.sign_in_limits l where l.forget_at < p_now order by l.forget_at limit 10
    for update skip locked);
  insert into app_private.sign_in_limits (key, full_until, forget_at)
    select k, p_now, p_now + interval '1 day' from unnest(v_keys) as k order by k
    on conflict (key) do nothing;
  perform 1 from app_private.sign_in_limits l where l.key = any (v_keys) order by l.key for update;

  select coalesce(l.succeeded_at > p_now - interval '30 days', false), l.full_until - p_now into v_known, v_ahead
    from app_private.sign_in_limits l where l.key = p_pair;
  v_known := coalesce(v_known, false);
  if not v_known and exists (select 1 from app_private.sign_in_limits l where l.key = p_account
      and l.full_until - p_now > 99 * app_private.sign_in_cost('account')) then
    v_tries := 1;
  end if;
  v_wait := greatest(v_wait, v_ahead - (v_tries - 1) * app_private.sign_in_cost('pair'));
  if not v_known then
    select greatest(v_wait, l.full_until - p_now - 99 * app_private.sign_in_cost('address')) into v_wait
      from app_private.sign_in_limits l where l.key = p_address;
  end if;
  if v_wait > interval '0' then
    return ceil(extract(epoch from v_wait));
  end if;
  update app_private.sign_in_limits l
    set full_until = greatest(l.full_until, p_now) + app_private.sign_in_cost(
        case l.key when p_pair then 'pair' when p_account then 'account' else 'address' end),
      forget_at = greatest(l.forget_at, p_now + interval '1 day')
    where l.key = any (v_keys);
  return 0;
end $$;
grant execute on function app_private.begin_sign_in to voxanne_service;

-- Gives the place back, when the password was right or nobody looked at it.
create function app_private.end_sign_in(
  p_now timestamptz, p_pair bytea, p_account bytea, p_address bytea, p_succeeded boolean) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_keys bytea[] := array_remove(array[p_pair, p_account, p_address], null);
begin
  perform 1 from app_private.sign_in_limits l where l.key = any (v_keys) order by l.key for update;
  update app_private.sign_in_limits l
    set full_until = case when l.key = p_pair and p_succeeded then p_now
        else greatest(p_now, l.full_until - app_private.sign_in_cost(
          case l.key when p_pair then 'pair' when p_account then 'account' else 'address' end)) end,
      succeeded_at = case when l.key = p_pair and p_succeeded then p_now else l.succeeded_at end,
      forget_at = case when l.key = p_pair and p_succeeded then p_now + interval '30 days' else l.forget_at end
    where l.key = any (v_keys);
end $$;
grant execute on function app_private.end_sign_in to voxanne_service;

-- 15_clinic_admissions.sql

-- Each new clinic costs money (an assistant, a phone number) and signs up without having proved anything. In live mode a
-- number of them a day get theirs at once, fewer from one address; the others wait for the next day or for the operator.

create table app_private.clinic_admissions (
  org_id uuid primary key references public.organizations (id) on delete cascade,
  asked_at timestamptz not null default now(),
  -- Where the sign-up came from: a whole address, or the network that one customer of IPv6 has. Gone after a day.
  address inet,
  admitted_at timestamptz,
  admitted_by text check (admitted_by in ('limit', 'operator')),
  check ((admitted_at is null) = (admitted_by is null))
);
create index clinic_admissions_waiting on app_private.clinic_admissions (asked_at, org_id) where admitted_at is null;
create index clinic_admissions_recent on app_private.clinic_admissions (admitted_at) where admitted_by = 'limit';
select app_private.protect('app_private.clinic_admissions');
-- Through the functions below alone: who waits is the operator's business.
revoke all on app_private.clinic_admissions from voxanne_tenant, voxanne_service, service_role;

-- With tokens of Supabase nobody here has seen the sign-up: null.
create function app_private.sign_up_address(p_org_id uuid) returns inet
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_address text;
begin
  if pg_catalog.to_regclass('auth.ba_sessions') is null then return null; end if;
  execute 'select s."ipAddress" from auth.ba_sessions s join public.profiles p on p.user_id = s."userId"
    where p.org_id = $1 order by s."createdAt" limit 1' into v_address using p_org_id;
  if pg_catalog.family(v_address::inet) = 4 then return pg_catalog.host(v_address::inet)::inet; end if;
  return pg_catalog.network(pg_catalog.set_masklen(v_address::inet, 64));
exception when invalid_text_representation then
  return null;
end $$;

create function app_private.admit_clinic(p_org_id uuid, p_per_day integer, p_per_address integer) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_me app_private.clinic_admissions;
  v_since timestamptz := pg_catalog.now() - interval '24 hours';
  v_used integer;
  v_of_address integer;
  v_before integer;
begin
  -- One at a time: two that ask together must not both get the last place.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('app_private.clinic_admissions', 0));
  insert into app_private.clinic_admissions (org_id, asked_at, address)
    values (p_org_id, pg_catalog.clock_timestamp(), app_private.sign_up_address(p_org_id))
    on conflict (org_id) do nothing;
  select * into v_me from app_private.clinic_admissions a where a.org_id = p_org_id;
  if v_me.admitted_at is not null then return true; end if;

  update app_private.clinic_admissions a set address = null
    where a.admitted_at <= v_since and a.address is not null;
  select count(*), count(*) filter (where a.address = v_me.address) into v_used, v_of_address
    from app_private.clinic_admissions a
    where a.admitted_by = 'limit' and a.admitted_at > v_since;
  -- Who has asked before goes first; those of an address that has had its share are passed over.
  select coalesce(sum(least(w.waiting, case when w.address is null then w.waiting else p_per_address - w.used end)), 0)
    into v_before
    from (
      select a.address, count(*) as waiting,
        (select count(*) from app_private.clinic_admissions u
          where u.address = a.address and u.admitted_by = 'limit' and u.admitted_at > v_since) as used
      from app_private.clinic_admissions a
      where a.admitted_at is null and (a.asked_at, a.org_id) < (v_me.asked_at, v_me.org_id)
      group by a.address
    ) w
    where w.address is null or w.used < p_per_address;
  if v_used + v_before >= p_per_day then return false; end if;
  if v_me.address is not null and v_of_address >= p_per_address then return false; end if;

  update app_private.clinic_admissions a set admitted_at = pg_catalog.now(), admitted_by = 'limit'
    where a.org_id = p_org_id;
  return true;
end $$;
grant execute on function app_private.admit_clinic to voxanne_service;

-- The operator lets it in: that counts toward no limit. False when there is no such clinic, or it has been let in.
create function app_private.admit_clinic_now(p_org_id uuid) returns boolean
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
  with admitted as (
    insert into app_private.clinic_admissions as a (org_id, admitted_at, admitted_by)
      select o.id, pg_catalog.now(), 'operator' from public.organizations o where o.id = p_org_id
    on conflict (org_id) do update set admitted_at = pg_catalog.now(), admitted_by = 'operator'
      where a.admitted_at is null
    returning 1)
  select exists (select 1 from admitted);
$$;
grant execute on function app_private.admit_clinic_now to voxanne_service;

create function app_private.waiting_clinics() returns table (org_id uuid, name text, email text, asked_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select o.id, o.name, (select p.email from public.profiles p where p.org_id = o.id and p.role = 'owner'
      order by p.created_at limit 1), a.asked_at
    from app_private.clinic_admissions a join public.organizations o on o.id = a.org_id
    where a.admitted_at is null
    order by a.asked_at, a.org_id
    limit 200;
$$;
grant execute on function app_private.waiting_clinics to voxanne_service;

-- 20_outbox.sql

-- What must leave. The rows are the only truth: a worker claims one by lease, and its effects commit together with the
-- completion, fenced by the lease token.

create table public.outbox (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  topic text not null,
  key text not null,
  payload jsonb not null default '{}',
  seq bigint generated always as identity,
  order_key text check (length(order_key) <= 300),
  blocked boolean not null default false,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'dead_letter')),
  refused boolean not null default false,
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  lease_token uuid,
  lease_until timestamptz,
  last_attempt_at timestamptz,
  error_message text,
  spans jsonb not null default '[]',
  replays integer not null default 0,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  unique (org_id, topic, key)
);
comment on table public.outbox is
  'What must leave. Written in the transaction that decided it; sent by a worker after the commit.';
comment on column public.outbox.key is
  'Natural identity of the effect, such as appointment:version. The same effect cannot be queued twice.';
comment on column public.outbox.status is
  'failed: the last attempt failed and the next one runs at run_at. dead_letter: given up, a person decides.';
comment on column public.outbox.order_key is
  'Rows of one key leave one at a time, in the order of seq. Null: no order.';
comment on column public.outbox.blocked is
  'Behind an unfinished row of its key. Kept by triggers, also when someone corrects a row by hand.';
comment on column public.outbox.spans is 'One entry an attempt: {attempt, worker, started_at, ms, outcome, error}.';
comment on column public.outbox.refused is
  'Of a dead_letter: refused for good by the carrier or the phone. A matter between clinic and patient, not a fault of the service.';
create index outbox_leased_idx on public.outbox (lease_until) where status = 'processing';
create index outbox_done_idx on public.outbox (coalesce(completed_at, created_at)) where status = 'completed';
create index outbox_given_up_idx on public.outbox (coalesce(last_attempt_at, created_at))
  where status = 'dead_letter';
-- What an owner does with what must leave: looks for it, and sends again what was given up or waits for its next try.
create index outbox_list_idx on public.outbox (org_id, created_at desc, id desc);
create index outbox_dead_idx on public.outbox (org_id, created_at desc, id desc) where status = 'dead_letter';
select app_private.protect('public.outbox');
grant insert, update, delete on public.outbox to voxanne_service;

create function app_private.wake_workers() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  -- A hint only: the workers also look every second.
  perform pg_catalog.pg_notify('voxanne_work', tg_table_name);
  return null;
end $$;

create trigger outbox_wake_workers after insert on public.outbox
  for each statement execute function app_private.wake_workers();

-- What concerns one appointment leaves in order: a calendar must not see "canceled" before "booked". The
-- calendar and the texts do not wait for each other.
create function app_private.enqueue(p_org_id uuid, p_topic text, p_key text, p_payload jsonb,
    p_order_key text default null) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
  insert into public.outbox (org_id, topic, key, payload, order_key) values (p_org_id, p_topic, p_key, p_payload,
    coalesce(p_order_key, split_part(p_topic, '.', 1) || ':' || (p_payload ->> 'appointment_id')))
  on conflict (org_id, topic, key) do nothing;
$$;
grant execute on function app_private.enqueue to voxanne_service, service_role;

-- 21_deliveries.sql

-- Webhooks that came in: each is taken once, and is answered and handled as often as it takes.

create table public.processed_webhook_events (
  provider text not null check (provider in ('vapi', 'twilio', 'google')),
  scope text not null,
  event_id text not null,
  org_id uuid references public.organizations (id) on delete cascade,
  event_type text not null,
  delivery_id uuid,
  response jsonb,
  answered_at timestamptz,
  received_at timestamptz not null default now(),
  primary key (provider, scope, event_id)
);
comment on table public.processed_webhook_events is 'The first copy of an event wins; a repeat gets the stored answer.';
comment on column public.processed_webhook_events.scope is
  'Organization id, or the provider account where the organization is not known: one clinic cannot use up another''s ids.';
comment on column public.processed_webhook_events.delivery_id is 'The delivery of the first copy.';
create index processed_webhook_events_received_at_idx on public.processed_webhook_events (received_at);
select app_private.protect('public.processed_webhook_events');
grant insert, update, delete on public.processed_webhook_events to voxanne_service;

-- No trigger here wakes the workers: a commit that notifies waits for every other commit that does, which would be one
-- fsync per webhook. The process that takes webhooks in notifies afterwards, once for many.
create table public.webhook_delivery_log (
  id uuid primary key default gen_random_uuid(),
  org_id uuid references public.organizations (id) on delete cascade,
  provider text not null check (provider in ('vapi', 'twilio', 'google')),
  event_type text not null,
  event_id text not null,
  signature text not null default 'none',
  headers jsonb not null default '{}',
  payload jsonb not null default '{}',
  request_id text,
  response jsonb,
  received_at timestamptz not null default now(),
  duplicates integer not null default 0,
  last_duplicate_at timestamptz,
  seq bigint generated always as identity,
  order_key text check (length(order_key) <= 300),
  blocked boolean not null default false,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'dead_letter')),
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  lease_token uuid,
  lease_until timestamptz,
  last_attempt_at timestamptz,
  error_message text,
  spans jsonb not null default '[]',
  replays integer not null default 0,
  job_id text,
  created_at timestamptz not null default now(),
  completed_at timestamptz
);
comment on table public.webhook_delivery_log is
  'Every accepted webhook, and the queue of those that are handled after the answer.';
comment on column public.webhook_delivery_log.job_id is
  'Id of the BullMQ job that carries this row''s id, where Redis is used. The row is the truth.';
comment on column public.webhook_delivery_log.order_key is
  'Deliveries of one call or channel are handled one at a time, in the order of seq. Null: no order.';
comment on column public.webhook_delivery_log.blocked is
  'Behind an unfinished row of its key. Kept by triggers, also when someone corrects a row by hand.';
comment on column public.webhook_delivery_log.spans is
  'One entry an attempt: {attempt, worker, started_at, ms, outcome, error}.';
comment on column public.webhook_delivery_log.headers is 'Of the request, secrets masked.';
comment on column public.webhook_delivery_log.signature is
  'How the sender proved itself: secret, bearer, hmac, twilio or channel_token. What proved nothing has no row.';
comment on column public.webhook_delivery_log.duplicates is
  'Further copies of the same event; each got its 2xx (or the stored answer) and had no effect.';
comment on column public.webhook_delivery_log.response is 'What was answered, for the messages that need an answer.';
create index idx_webhook_delivery_org_id on public.webhook_delivery_log (org_id);
create index idx_webhook_delivery_status on public.webhook_delivery_log (status);
create index idx_webhook_delivery_created_at on public.webhook_delivery_log (created_at);
create index webhook_delivery_log_leased_idx on public.webhook_delivery_log (lease_until) where status = 'processing';
-- What is old is found without reading what is not. A row that someone finished by hand may not know when.
create index webhook_delivery_log_done_idx on public.webhook_delivery_log (coalesce(completed_at, created_at))
  where status = 'completed';
create index webhook_delivery_log_given_up_idx on public.webhook_delivery_log (coalesce(last_attempt_at, created_at))
  where status = 'dead_letter';
-- What an owner does with deliveries: looks for them, and replays them.
create index webhook_delivery_log_list_idx on public.webhook_delivery_log (org_id, created_at desc, id desc);
create index webhook_delivery_log_dead_idx on public.webhook_delivery_log (org_id, created_at desc, id desc)
  where status = 'dead_letter';
select app_private.protect('public.webhook_delivery_log');
grant insert, update, delete on public.webhook_delivery_log to voxanne_service;

-- 22_queues.sql

-- What the two queues, outbox and webhook_delivery_log, have in common.
--
-- Order per key: rows of one key (a call, an appointment, a channel) are worked off one at a time in the order in which
-- they came: only the first one that is not finished is claimable, the others are blocked behind it.

-- A webhook whose organization is not known is a group of its own for the fair share and for the order. The function has
-- no search path of its own, because the planner writes it into the statement that asks (a path forbids that). A body of
-- this form is bound when it is created, and means the same under any path.
create function app_private.group_of(p_org_id uuid) returns uuid
  language sql immutable parallel safe
  return coalesce(p_org_id, '00000000-0000-0000-0000-000000000000'::uuid);
grant execute on function app_private.group_of to voxanne_tenant, voxanne_service, service_role;

-- For each of the two queues: the indexes of the claim, and the triggers that keep the order.
do $$
declare
  t text;
begin
  foreach t in array array['outbox', 'webhook_delivery_log'] loop
    execute format($sql$
      create index %1$I on public.%2$I (run_at) where status in ('pending', 'failed') and not blocked
      $sql$, t || '_due_idx', t);
    execute format($sql$
      create index %1$I on public.%2$I (app_private.group_of(org_id), run_at)
        where status in ('pending', 'failed') and not blocked
      $sql$, t || '_share_idx', t);
    execute format($sql$
      create index %1$I on public.%2$I (app_private.group_of(org_id), order_key, seq)
        where order_key is not null and status in ('pending', 'failed', 'processing')
      $sql$, t || '_order_idx', t);

    -- What inserts, replays or finishes a row of a key holds the key's lock until commit. So a new row sees
    -- either an unfinished predecessor, which will release it, or none; never one that finishes unseen.
    execute format($sql$
      create function app_private.%1$I() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp
        as $fn$
      begin
        perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(
          %2$L || app_private.group_of(new.org_id)::text || new.order_key, 0));
        if tg_op = 'INSERT' then
          -- Drawn under the lock: the default was drawn before it, and its order means nothing.
          new.seq := pg_catalog.nextval(%3$L::regclass);
        end if;
        new.blocked := exists (
          select 1 from public.%4$I o
          where app_private.group_of(o.org_id) = app_private.group_of(new.org_id)
            and o.order_key = new.order_key and o.status in ('pending', 'failed', 'processing')
            and o.id <> new.id);
        return new;
      end $fn$ $sql$, t || '_queue_up', t || ':', pg_get_serial_sequence('public.' || t, 'seq'), t);
    execute format($sql$
      create trigger %1$s_queue_up before insert on public.%1$I for each row
        when (new.order_key is not null and new.status <> 'completed')
        execute function app_private.%2$I() $sql$, t, t || '_queue_up');
    execute format($sql$
      create trigger %1$s_queue_up_again before update of status on public.%1$I for each row
        when (new.order_key is not null and new.status = 'pending' and old.status in ('completed', 'dead_letter'))
        execute function app_private.%2$I() $sql$, t, t || '_queue_up');
    execute format($sql$
      create function app_private.%1$I() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp
        as $fn$
      begin
        perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(
          %2$L || app_private.group_of(old.org_id)::text || old.order_key, 0));
        update public.%3$I set blocked = false
        where blocked and id = (
          select o.id from public.%3$I o
          where app_private.group_of(o.org_id) = app_private.group_of(old.org_id)
            and o.order_key = old.order_key and o.status in ('pending', 'failed', 'processing')
          order by o.seq limit 1);
        return null;
      end $fn$ $sql$, t || '_next_in_line', t || ':', t);
    execute format($sql$
      create trigger %1$s_release_next after update of status on public.%1$I for each row
        when (old.order_key is not null and old.status in ('pending', 'failed', 'processing')
          and new.status in ('completed', 'dead_letter'))
        execute function app_private.%2$I() $sql$, t, t || '_next_in_line');
    execute format($sql$
      create trigger %1$s_release_next_on_delete after delete on public.%1$I for each row
        when (old.order_key is not null and old.status in ('pending', 'failed', 'processing'))
        execute function app_private.%2$I() $sql$, t, t || '_next_in_line');
  end loop;
end $$;

-- What a worker may take next from a queue, as a function: its settings hold for it alone, and its plan is kept.
--
-- The settings make it walk the indexes whatever the statistics say, because a queue goes from empty to thousands of
-- rows between two looks of the statistics. As settings of the whole claim they also forbade the sort that it cannot do
-- without: PostgreSQL then put its cost at 20,000,000,000, and a server with JIT compiled it anew at each look, for a
-- second of CPU. What has to be sorted is therefore sorted outside.

do $$
declare
  t text;
begin
  foreach t in array array['outbox', 'webhook_delivery_log'] loop
    execute format($sql$
      create function app_private.%1$I(
          p_limit integer, p_per_organization integer, p_in_hand uuid[], p_from uuid, p_glance integer, p_round integer)
        returns table (id uuid, status text, turn bigint, since timestamptz)
        language plpgsql volatile
        set search_path = pg_catalog, pg_temp
        set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
        as $fn$
      begin
        -- What a dead worker left comes first: its lease has run out.
        return query
          select q.id, q.status, 0::bigint, q.lease_until from public.%2$I q
          where q.status = 'processing' and q.lease_until < now()
          order by q.lease_until limit p_limit for update skip locked;
        return query
          with recursive oldest as materialized (
            select app_private.group_of(q.org_id) as org from public.%2$I q
            where q.status in ('pending', 'failed') and not q.blocked and q.run_at <= now()
            order by q.run_at limit p_glance),
          round (org, steps) as (
            select (select app_private.group_of(q.org_id) from public.%2$I q
              where q.status in ('pending', 'failed') and not q.blocked and app_private.group_of(q.org_id) > p_from
              order by app_private.group_of(q.org_id) limit 1), 1
            where (select count(*) from oldest) = p_glance
            union all
            select (select app_private.group_of(q.org_id) from public.%2$I q
              where q.status in ('pending', 'failed') and not q.blocked and app_private.group_of(q.org_id) > round.org
              order by app_private.group_of(q.org_id) limit 1), steps + 1
            from round where org is not null and steps < p_round),
          orgs as (select org from oldest union select org from round where org is not null),
          busy as (select h.org, count(*) as taken from unnest(p_in_hand) as h (org) group by h.org)
          select numbered.id, numbered.status, coalesce(busy.taken, 0) + numbered.place, numbered.run_at
          from orgs left join busy using (org)
          cross join lateral (
            -- Numbered in the order in which the index gives them: without a sort.
            select first.*, row_number() over () as place from (
              select q.id, q.status, q.run_at from public.%2$I q
              where app_private.group_of(q.org_id) = orgs.org
                and q.status in ('pending', 'failed') and not q.blocked and q.run_at <= now()
              order by app_private.group_of(q.org_id), q.run_at
              limit greatest(least(p_per_organization - coalesce(busy.taken, 0), p_limit), 0)
              for update skip locked) as first) as numbered;
      end $fn$ $sql$, t || '_candidates', t);
    execute format('grant execute on function app_private.%I to voxanne_service', t || '_candidates');
    execute format($sql$
      comment on function app_private.%I is
        'Rows that may be taken now, locked: a fair share for each organization, with the turn it has. Sort by turn and since.'
      $sql$, t || '_candidates');
  end loop;
end $$;

-- 23_idempotency_keys.sql

-- Idempotency-Key: the answer of a POST, kept in the transaction that had the effect. Killed before the commit,
-- neither exists; after it, both do. No row means "not done", so nothing can be claimed and never answered.

create table public.idempotency_keys (
  org_id uuid not null references public.organizations (id) on delete cascade,
  route text not null check (length(route) between 1 and 120),
  key text not null check (length(key) between 1 and 255),
  request_hash text not null,
  status integer not null check (status between 200 and 299),
  response jsonb not null,
  created_at timestamptz not null default now(),
  primary key (org_id, route, key)
);
comment on table public.idempotency_keys is
  'Answers to be given again for 24 hours. Refusals are not kept: they had no effect, and may be asked again.';
create index idempotency_keys_created_at_idx on public.idempotency_keys (created_at);
select app_private.protect('public.idempotency_keys');
grant delete on public.idempotency_keys to voxanne_service;

create function app_private.begin_once(p_org_id uuid, p_route text, p_key text, p_request_hash text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare v_kept public.idempotency_keys;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'no such organization' using errcode = 'insufficient_privilege';
  end if;
  -- Held until the commit that makes effect and answer visible: who gets it sees either both or neither.
  if not pg_catalog.pg_try_advisory_xact_lock(
    pg_catalog.hashtextextended('once:' || p_org_id::text || ':' || p_route || ':' || p_key, 0)) then
    return jsonb_build_object('state', 'in_flight');
  end if;
  select * into v_kept from public.idempotency_keys
    where org_id = p_org_id and route = p_route and key = p_key and created_at > now() - interval '24 hours';
  return case
    when not found then jsonb_build_object('state', 'new')
    when v_kept.request_hash <> p_request_hash then jsonb_build_object('state', 'reused')
    else jsonb_build_object('state', 'kept', 'status', v_kept.status, 'response', v_kept.response)
  end;
end $$;
grant execute on function app_private.begin_once to voxanne_tenant, voxanne_service, service_role;

create function app_private.keep_answer(
  p_org_id uuid, p_route text, p_key text, p_request_hash text, p_status integer, p_response jsonb
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'no such organization' using errcode = 'insufficient_privilege';
  end if;
  insert into public.idempotency_keys as k (org_id, route, key, request_hash, status, response)
    values (p_org_id, p_route, p_key, p_request_hash, p_status, p_response)
    -- One that is older than a day, and that the clean-up has not come to yet.
    on conflict (org_id, route, key) do update set request_hash = excluded.request_hash,
      status = excluded.status, response = excluded.response, created_at = now();
end $$;
grant execute on function app_private.keep_answer to voxanne_tenant, voxanne_service, service_role;

-- 25_connections.sql

-- Credentials of a clinic, sealed by the application before they come here.

create table public.connections (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider text not null check (provider in ('google', 'twilio', 'vapi')),
  status text not null
    check (status in ('connected', 'degraded', 'reconnect_required', 'insufficient_scope', 'revoked')),
  account text,
  scopes text[] not null default '{}',
  sealed text,
  secret_hash bytea,
  previous_sealed text,
  previous_secret_hash bytea,
  previous_secret_until timestamptz,
  writer uuid,
  writer_until timestamptz,
  expires_at timestamptz,
  connected_at timestamptz not null default now(),
  details jsonb not null default '{}',
  version integer not null default 1,
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, provider),
  -- A rotated secret ends at a time that is stated, whatever the provider answers.
  constraint connections_previous_secret_ends
    check (previous_secret_hash is null or previous_secret_until is not null)
);
comment on column public.connections.sealed is
  'AES-256-GCM, bound to organization and provider; never leaves the connections room opened.';
comment on column public.connections.secret_hash is
  'SHA-256 of a shared secret, to find the organization of a signed request.';
comment on column public.connections.previous_secret_hash is
  'Of the secret before this one. Good until previous_secret_until, and no longer than the provider needs it.';
comment on column public.connections.version is
  'Compare-and-set: a refresh that lost a race must not overwrite the newer tokens.';
comment on column public.connections.previous_sealed is 'The secret before this one, to check what it signed.';
comment on column public.connections.previous_secret_until is
  'The end of the secret before this one, fixed when it was replaced. The provider has the new one: it ends at once.';
comment on column public.connections.writer is
  'Which process writes to the provider at present. Two at once could leave it with the older of two secrets.';
comment on column public.connections.writer_until is 'Longer than a request may take; of a process that died, it runs out.';
create unique index connections_secret_hash_idx on public.connections (provider, secret_hash)
  where secret_hash is not null;
create index connections_previous_secret_hash_idx on public.connections (provider, previous_secret_hash)
  where previous_secret_hash is not null;
select app_private.protect('public.connections');
-- A signed-in user sees that a calendar is linked, never what opens it.
revoke select on public.connections from voxanne_tenant;
grant select (id, org_id, provider, status, account, scopes, expires_at, connected_at, details, error_message)
  on public.connections to voxanne_tenant;
grant insert, update, delete on public.connections to voxanne_service;

create trigger connections_touch before update on public.connections
  for each row execute function app_private.touch_updated_at();

create table public.oauth_states (
  state_hash bytea primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null,
  provider text not null,
  browser_hash bytea not null,
  sealed_verifier text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
comment on table public.oauth_states is 'One row a consent in progress; deleted by its single use.';
select app_private.protect('public.oauth_states');
revoke select on public.oauth_states from voxanne_tenant;
grant insert, delete on public.oauth_states to voxanne_service;

create function app_private.calendar_linked(p_org_id uuid) returns boolean
  language sql stable
  return exists (select 1 from public.connections c where c.org_id = p_org_id and c.provider = 'google');

create function app_private.number_for_patients(p_org_id uuid) returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select coalesce(o.public_phone, (
    select c.details ->> 'phone_number' from public.connections c where c.org_id = o.id and c.provider = 'vapi'))
  from public.organizations o where o.id = p_org_id and app_private.may_act_for(p_org_id)
$$;
comment on function app_private.number_for_patients is
  'What pages and texts tell patients to call: the clinic''s public number, else the one that its receptionist answers.';
grant execute on function app_private.number_for_patients to voxanne_tenant, voxanne_service;

-- What a freshly linked calendar sets in motion, and the choice to do without one; kept in SQL so that no path to
-- "connected" can forget it.
create function app_private.queue_system_ready(p_org_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare v_org public.organizations;
begin
  -- One statement decides: the update is what makes it happen once, however many ask.
  update public.organizations o set system_ready_queued_at = now()
    where o.id = p_org_id and o.phone is not null and o.system_ready_queued_at is null
      and (o.calendar_declined_at is not null or exists (select 1 from public.connections c
        where c.org_id = o.id and c.provider = 'google' and c.status = 'connected'))
    returning * into v_org;
  if found then
    perform app_private.enqueue(p_org_id, 'message.system_ready', p_org_id::text,
      jsonb_build_object('to', v_org.phone, 'organization_name', v_org.name));
  end if;
end $$;

create function app_private.connection_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.connections := coalesce(new, old);
  v_now_connected boolean := tg_op <> 'DELETE' and new.status = 'connected'
    and (tg_op = 'INSERT' or old.status is distinct from new.status);
  -- Unlinked, or linked to another account: what was pushed is not in the clinic's calendar any more.
  v_calendar_gone boolean := v_row.provider = 'google'
    and (tg_op = 'DELETE' or (tg_op = 'UPDATE' and new.account is distinct from old.account));
begin
  if not exists (select 1 from public.organizations where id = v_row.org_id) then
    return null; -- the organization itself is going
  end if;
  if v_calendar_gone then
    update public.appointments set sync_state = 'not_linked', calendar_event_id = null
      where org_id = v_row.org_id and status = 'confirmed' and scheduled_at > now() and sync_state <> 'not_linked';
  end if;
  if v_row.provider = 'google' then
    if v_now_connected or (v_calendar_gone and tg_op = 'UPDATE' and new.status = 'connected') then
      -- Bookings made before the link, and those that failed while it was broken, go to the calendar now.
      with waiting as (
        update public.appointments set sync_state = 'pending'
        where org_id = v_row.org_id and status = 'confirmed' and sync_state in ('not_linked', 'error')
          and scheduled_at > now()
        returning id, version)
      insert into public.outbox (org_id, topic, key, payload)
        select v_row.org_id, 'calendar.push', id || ':' || version, jsonb_build_object('appointment_id', id)
        from waiting
        on conflict (org_id, topic, key) do update
          set status = 'pending', run_at = now(), attempts = 0, error_message = null
          where outbox.status <> 'processing';
      -- Also those that wait in a back-off.
      update public.outbox set run_at = now(), status = 'pending', attempts = 0
        where org_id = v_row.org_id and topic = 'calendar.push' and status in ('failed', 'dead_letter');
      perform app_private.queue_system_ready(v_row.org_id);
    end if;
    if tg_op <> 'UPDATE' or old.status is distinct from new.status then
      perform app_private.emit(v_row.org_id,
        case when v_now_connected then 'calendar.connected' else 'calendar.changed' end,
        jsonb_build_object('status', case when tg_op = 'DELETE' then 'not_linked' else v_row.status end));
    end if;
  elsif v_row.provider = 'vapi' and tg_op = 'UPDATE' and new.account is not null and old.account is null then
    perform app_private.emit(v_row.org_id, 'assistant.ready', '{}');
  end if;
  return null;
end $$;

create trigger connections_catch_up after insert or update or delete on public.connections
  for each row execute function app_private.connection_changed();

create function app_private.organization_phone_saved() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.queue_system_ready(new.id);
  return null;
end $$;

create trigger organizations_queue_system_ready after update of phone on public.organizations
  for each row when (new.phone is not null and old.phone is distinct from new.phone)
  execute function app_private.organization_phone_saved();
create trigger organizations_queue_system_ready_on_decline after update of calendar_declined_at on public.organizations
  for each row when (new.calendar_declined_at is not null and old.calendar_declined_at is null)
  execute function app_private.organization_phone_saved();

-- A link that was made is a choice as well, and the newer one.
create function app_private.calendar_wanted() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update public.organizations o set calendar_declined_at = null
    where o.id = new.org_id and o.calendar_declined_at is not null;
  return null;
end $$;

create trigger connections_calendar_wanted after insert or update of status on public.connections
  for each row when (new.provider = 'google' and new.status = 'connected')
  execute function app_private.calendar_wanted();

-- 30_schedule.sql

-- What decides about a time besides other appointments: providers, services, who offers which, and absences. Times of a
-- clinic's rules are its wall clock, so that they survive a change of its time zone.

create table public.providers (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 120),
  working_hours jsonb not null
    default '{"1":[["09:00","17:00"]],"2":[["09:00","17:00"]],"3":[["09:00","17:00"]],"4":[["09:00","17:00"]],"5":[["09:00","17:00"]]}',
  breaks jsonb not null default '{}',
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (org_id, id)
);
comment on table public.providers is 'A person (or a room) that can be booked; one appointment at a time.';
comment on column public.providers.working_hours is
  'ISO weekday (1 Monday to 7 Sunday) to a list of [from, to] wall-clock times in the clinic''s time zone.';
comment on column public.providers.breaks is 'As working_hours: the parts of a day in which nobody is booked.';
comment on column public.providers.deleted_at is 'Gone from every list; its appointments remain.';
select app_private.protect('public.providers');
grant insert (org_id, name, working_hours, active, breaks),
  update (name, working_hours, active, breaks, deleted_at)
  on public.providers to voxanne_tenant;
grant select (id, org_id, name, working_hours, active, created_at, updated_at, breaks, deleted_at)
  on public.providers to authenticated;
create policy member on public.providers for select to authenticated
  using (org_id = (select app_private.member_org_id()));

create table public.services (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 80),
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  duration_minutes integer not null check (duration_minutes between 5 and 480),
  active boolean not null default true,
  buffer_before_minutes integer not null default 0 check (buffer_before_minutes between 0 and 120),
  buffer_after_minutes integer not null default 0 check (buffer_after_minutes between 0 and 120),
  capacity integer not null default 1 check (capacity between 1 and 100),
  min_notice_minutes integer not null default 0 check (min_notice_minutes between 0 and 43200),
  horizon_days integer check (horizon_days between 1 and 1095),
  slot_step_minutes integer not null default 15 check (slot_step_minutes between 5 and 240),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (org_id, id),
  unique (org_id, slug)
);
comment on column public.services.slug is 'The service_type of the API and the tools.';
comment on column public.services.deleted_at is
  'Gone from every list; its slug stays taken, because appointments carry it.';
comment on column public.services.buffer_before_minutes is
  'Kept free before the appointment; inside busy_from, so that the constraint knows it too.';
comment on column public.services.capacity is
  'How many patients share one session (a class, a group). 1: nobody shares.';
comment on column public.services.horizon_days is
  'How far ahead it can be booked; null means as far as the clinic allows.';
select app_private.protect('public.services');
grant insert (org_id, name, slug, duration_minutes, active, buffer_before_minutes, buffer_after_minutes, capacity,
    min_notice_minutes, horizon_days, slot_step_minutes),
  update (name, duration_minutes, active, deleted_at, buffer_before_minutes, buffer_after_minutes, capacity,
      min_notice_minutes, horizon_days, slot_step_minutes)
  on public.services to voxanne_tenant;
grant select (id, org_id, name, slug, duration_minutes, active, created_at, updated_at, deleted_at,
    buffer_before_minutes, buffer_after_minutes, capacity, min_notice_minutes, horizon_days, slot_step_minutes)
  on public.services to authenticated;
create policy member on public.services for select to authenticated
  using (org_id = (select app_private.member_org_id()));

create table public.service_providers (
  org_id uuid not null references public.organizations (id) on delete cascade,
  service_id uuid not null,
  provider_id uuid not null,
  primary key (service_id, provider_id),
  foreign key (org_id, service_id) references public.services (org_id, id) on delete cascade,
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade
);
comment on table public.service_providers is
  'Who offers a service. A service without a row is offered by every provider.';
create index service_providers_org_idx on public.service_providers (org_id);
select app_private.protect('public.service_providers');
grant insert, delete on public.service_providers to voxanne_tenant;
grant select (org_id, service_id, provider_id) on public.service_providers to authenticated;
create policy member on public.service_providers for select to authenticated
  using (org_id = (select app_private.member_org_id()));

create table public.time_off (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid,
  title text not null check (length(title) between 1 and 120),
  starts_local timestamp not null,
  ends_local timestamp not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade,
  check (ends_local > starts_local and ends_local <= starts_local + interval '2 years')
);
comment on table public.time_off is
  'A holiday of the clinic (no provider) or the absence of one provider, by the clinic''s wall clock; ends_local is not included.';
create index time_off_org_idx on public.time_off (org_id, ends_local);
select app_private.protect('public.time_off');
grant insert, update (provider_id, title, starts_local, ends_local), delete on public.time_off to voxanne_tenant;
grant select (id, org_id, provider_id, title, starts_local, ends_local, created_at, updated_at)
  on public.time_off to authenticated;
create policy member on public.time_off for select to authenticated
  using (org_id = (select app_private.member_org_id()));

create function app_private.create_clinic_defaults(p_org_id uuid, p_provider_name text) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
  insert into public.providers (org_id, name) values (p_org_id, p_provider_name);
  insert into public.services (org_id, name, slug, duration_minutes) values
    (p_org_id, 'Consultation', 'consultation', 30),
    (p_org_id, 'Follow-up', 'follow-up', 15);
$$;

create trigger providers_touch before update on public.providers
  for each row execute function app_private.touch_updated_at();
create trigger services_touch before update on public.services
  for each row execute function app_private.touch_updated_at();
create trigger time_off_touch before update on public.time_off
  for each row execute function app_private.touch_updated_at();
create trigger providers_clean_name before insert or update of name on public.providers
  for each row execute function app_private.keep_name_visible();
create trigger services_clean_name before insert or update of name on public.services
  for each row execute function app_private.keep_name_visible();
create trigger time_off_clean_title before insert or update of title on public.time_off
  for each row execute function app_private.keep_title_visible();

-- Whatever a clinic makes is read as a whole for each question about its free times, so there is an end to it. Far
-- beyond every real clinic; one that had more before keeps it.
create function app_private.within_clinic_limit() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_count bigint;
begin
  -- One at a time: two that come together must not both get the last place.
  perform pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtextextended('clinic limit:' || tg_table_name || ':' || new.org_id::text, 0));
  if tg_table_name = 'time_off' then
    select count(*) into v_count from (
      select from public.time_off t
        where t.org_id = new.org_id and t.ends_local > pg_catalog.now()::timestamp - interval '1 day'
        limit 2000) as ahead;
    if v_count < 2000 then
      select count(*) into v_count from public.time_off t where t.org_id = new.org_id;
      if v_count < 10000 then return new; end if;
    end if;
  else
    execute pg_catalog.format(
      'select count(*) from public.%I where org_id = $1 and deleted_at is null', tg_table_name)
      into v_count using new.org_id;
    if v_count < 200 then return new; end if;
  end if;
  raise exception using errcode = 'program_limit_exceeded', message = 'CLINIC_LIMIT', table = tg_table_name;
end $$;
comment on function app_private.within_clinic_limit is
  'At most 200 providers, 200 services, 2,000 times off that are not over and 10,000 in all.';

create trigger providers_within_limit before insert on public.providers
  for each row execute function app_private.within_clinic_limit();
create trigger providers_within_limit_on_restore before update of deleted_at on public.providers
  for each row when (old.deleted_at is not null and new.deleted_at is null)
  execute function app_private.within_clinic_limit();
create trigger services_within_limit before insert on public.services
  for each row execute function app_private.within_clinic_limit();
create trigger services_within_limit_on_restore before update of deleted_at on public.services
  for each row when (old.deleted_at is not null and new.deleted_at is null)
  execute function app_private.within_clinic_limit();
create trigger time_off_within_limit before insert on public.time_off
  for each row execute function app_private.within_clinic_limit();

-- Every open screen follows a clinic's rules when they change.
create function app_private.rule_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org_id uuid := case when tg_op = 'DELETE' then old.org_id else new.org_id end;
  v_id uuid := case when tg_op = 'DELETE' then old.id else new.id end;
begin
  -- Where the clinic itself goes, its stream goes with it.
  if tg_op <> 'DELETE' or exists (select 1 from public.organizations where id = v_org_id) then
    perform app_private.emit(v_org_id, tg_argv[0], jsonb_build_object(tg_argv[1], v_id));
  end if;
  return null;
end $$;

create trigger providers_emit_event after insert or update or delete on public.providers
  for each row execute function app_private.rule_changed('provider.updated', 'provider_id');
create trigger services_emit_event after insert or update or delete on public.services
  for each row execute function app_private.rule_changed('service.updated', 'service_id');
create trigger time_off_emit_event after insert or update or delete on public.time_off
  for each row execute function app_private.rule_changed('time_off.updated', 'time_off_id');

-- By statement: choosing ten providers for a service is one change.
create function app_private.offer_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(org_id, 'service.updated', jsonb_build_object('service_id', service_id))
  from (select distinct c.org_id, c.service_id from changed c
    join public.organizations o on o.id = c.org_id order by c.org_id, c.service_id) as each_service;
  return null;
end $$;

create trigger service_providers_emit_event_on_insert after insert on public.service_providers referencing new table as changed
  for each statement execute function app_private.offer_changed();
create trigger service_providers_emit_event_on_delete after delete on public.service_providers referencing old table as changed
  for each statement execute function app_private.offer_changed();

create function app_private.lock_provider(p_org_id uuid, p_provider_id uuid) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$ select pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtextextended(p_org_id::text || ':' || p_provider_id::text, 0)) $$;

-- A provider may be deleted or switched off while a patient is being booked with them: both take the provider's lock, and
-- the one that comes second looks again.
create function app_private.lock_own_provider(p_provider_id uuid) returns void
  language sql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$ select app_private.lock_provider(app_private.org_id(), p_provider_id) $$;
comment on function app_private.lock_own_provider is
  'Keeps a provider of the caller''s clinic from being booked until the transaction ends.';
grant execute on function app_private.lock_own_provider to voxanne_tenant;

-- 31_calendars.sql

-- What a linked calendar says, and how we hear of its changes.

create table public.busy_blocks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid not null,
  external_id text not null check (length(external_id) between 1 and 1100),
  busy_from timestamptz not null,
  busy_to timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, provider_id, external_id, busy_from),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade,
  -- A longer event is stored day by day: a range read then has a lower bound and stays short.
  check (busy_to > busy_from and busy_to <= busy_from + interval '1 day')
);
comment on table public.busy_blocks is
  'What a linked calendar says is taken by something that is not ours. Written by the calendar sync alone.';
create index busy_blocks_busy_idx on public.busy_blocks (org_id, provider_id, busy_from) include (busy_to);
select app_private.protect('public.busy_blocks');
grant insert, update, delete on public.busy_blocks to voxanne_service;

create table public.calendar_mirrors (
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid not null,
  synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, provider_id),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade
);
comment on table public.calendar_mirrors is
  'Whose calendar is mirrored into busy_blocks, and when it was last known to be whole. A provider without a row has no calendar, which is not the same as one that is not known.';
select app_private.protect('public.calendar_mirrors');
grant insert, update, delete on public.calendar_mirrors to voxanne_service;

create table public.calendar_channels (
  channel_id text primary key check (length(channel_id) between 1 and 64),
  org_id uuid not null references public.organizations (id) on delete cascade,
  token_hash bytea not null check (length(token_hash) = 32),
  resource_id text not null,
  expires_at timestamptz not null,
  sync_requested_at timestamptz,
  last_message_number bigint not null default 0,
  created_at timestamptz not null default now()
);
comment on table public.calendar_channels is
  'One row a watch on a calendar at Google. Says whose calendar a push is about; nothing in the push is believed.';
comment on column public.calendar_channels.token_hash is
  'SHA-256 of the X-Goog-Channel-Token that Google repeats with every push.';
comment on column public.calendar_channels.sync_requested_at is
  'Google said that something changed; what it was is asked for by the sync.';
comment on column public.calendar_channels.last_message_number is
  'Numbers only grow: a push that is not newer asks for nothing.';
create index calendar_channels_org_id_idx on public.calendar_channels (org_id);
select app_private.protect('public.calendar_channels');
revoke select on public.calendar_channels from voxanne_tenant;
grant insert, update, delete on public.calendar_channels to voxanne_service;

create trigger busy_blocks_touch before update on public.busy_blocks
  for each row execute function app_private.touch_updated_at();
create trigger calendar_mirrors_touch before update on public.calendar_mirrors
  for each row execute function app_private.touch_updated_at();

create function app_private.calendar_stale(p_synced_at timestamptz, p_at timestamptz) returns boolean
  language sql immutable
  return p_synced_at is null or p_synced_at < p_at - interval '30 minutes';
comment on function app_private.calendar_stale is
  'A mirror that was whole within half an hour is believed: the sync hears of changes by a push and looks by itself every few minutes, so that half an hour without a word means that it cannot hear.';
grant execute on function app_private.calendar_stale to voxanne_tenant, voxanne_service;

-- 35_assistant.sql

-- The receptionist greets with the clinic's name and offers its services. The clinic's phone is where callers are put
-- through to when Voxanne cannot answer, and the country says which emergency number they are given. All of it lies at
-- Vapi, so it is written there again when it changes; in SQL, so that no path to a change can forget it.

create function app_private.queue_assistant(p_org_id uuid) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
  -- A clinic without a receptionist, and without a row that will make one, has nobody to tell. A row that is
  -- being worked on becomes pending as well: its completion is fenced by the status, so it runs once more.
  insert into public.outbox (org_id, topic, key, payload)
    select o.id, 'assistant.provision', o.id::text, '{}' from public.organizations o
    where o.id = p_org_id
      and (exists (select 1 from public.connections c where c.org_id = o.id and c.provider = 'vapi')
        or exists (select 1 from public.outbox q
          where q.org_id = o.id and q.topic = 'assistant.provision' and q.key = o.id::text))
  on conflict (org_id, topic, key) do update
    set status = 'pending', run_at = now(), attempts = 0, error_message = null;
$$;

create function app_private.assistant_facts_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if tg_table_name = 'organizations' then
    perform app_private.queue_assistant(new.id);
  elsif tg_op = 'DELETE' then
    perform app_private.queue_assistant(old.org_id);
  else
    perform app_private.queue_assistant(new.org_id);
  end if;
  return null;
end $$;

create trigger organizations_brief_assistant after update of name, time_zone, phone, public_phone, country on public.organizations
  for each row when ((old.name, old.time_zone, old.phone, old.public_phone, old.country)
    is distinct from (new.name, new.time_zone, new.phone, new.public_phone, new.country))
  execute function app_private.assistant_facts_changed();
-- The receptionist knows the opening hours, so it follows them; and a service is offered by its name.
create trigger providers_brief_assistant after insert or delete or update of name, working_hours, breaks, active
  on public.providers
  for each row execute function app_private.assistant_facts_changed();
create trigger services_brief_assistant after insert or delete or update of name, slug, duration_minutes, active
  on public.services
  for each row execute function app_private.assistant_facts_changed();

-- 40_phones.sql

-- Phone numbers for callers of plain SQL; TypeScript decides first.

create function app_private.calling_code(p_country text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select code from (values
    ('1','AG AI AS BB BM BS CA DM DO GD GU JM KN KY LC MP MS PR SX TC TT US VC VG VI'), ('20','EG'),
    ('211','SS'), ('212','EH MA'), ('213','DZ'), ('216','TN'), ('218','LY'), ('220','GM'), ('221','SN'),
    ('222','MR'), ('223','ML'), ('224','GN'), ('225','CI'), ('226','BF'), ('227','NE'), ('228','TG'),
    ('229','BJ'), ('230','MU'), ('231','LR'), ('232','SL'), ('233','GH'), ('234','NG'), ('235','TD'),
    ('236','CF'), ('237','CM'), ('238','CV'), ('239','ST'), ('240','GQ'), ('241','GA'), ('242','CG'),
    ('243','CD'), ('244','AO'), ('245','GW'), ('246','IO'), ('247','AC'), ('248','SC'), ('249','SD'),
    ('250','RW'), ('251','ET'), ('252','SO'), ('253','DJ'), ('254','KE'), ('255','TZ'), ('256','UG'),
    ('257','BI'), ('258','MZ'), ('260','ZM'), ('261','MG'), ('262','RE YT'), ('263','ZW'), ('264','NA'),
    ('265','MW'), ('266','LS'), ('267','BW'), ('268','SZ'), ('269','KM'), ('27','ZA'), ('290','SH TA'),
    ('291','ER'), ('297','AW'), ('298','FO'), ('299','GL'), ('30','GR'), ('31','NL'), ('32','BE'),
    ('33','FR'), ('34','ES'), ('350','GI'), ('351','PT'), ('352','LU'), ('353','IE'), ('354','IS'),
    ('355','AL'), ('356','MT'), ('357','CY'), ('358','AX FI'), ('359','BG'), ('36','HU'), ('370','LT'),
    ('371','LV'), ('372','EE'), ('373','MD'), ('374','AM'), ('375','BY'), ('376','AD'), ('377','MC'),
    ('378','SM'), ('380','UA'), ('381','RS'), ('382','ME'), ('383','XK'), ('385','HR'), ('386','SI'),
    ('387','BA'), ('389','MK'), ('39','IT VA'), ('40','RO'), ('41','CH'), ('420','CZ'), ('421','SK'),
    ('423','LI'), ('43','AT'), ('44','GB GG IM JE'), ('45','DK'), ('46','SE'), ('47','NO SJ'), ('48','PL'),
    ('49','DE'), ('500','FK'), ('501','BZ'), ('502','GT'), ('503','SV'), ('504','HN'), ('505','NI'),
    ('506','CR'), ('507','PA'), ('508','PM'), ('509','HT'), ('51','PE'), ('52','MX'), ('53','CU'),
    ('54','AR'), ('55','BR'), ('56','CL'), ('57','CO'), ('58','VE'), ('590','BL GP MF'), ('591','BO'),
    ('592','GY'), ('593','EC'), ('594','GF'), ('595','PY'), ('596','MQ'), ('597','SR'), ('598','UY'),
    ('599','BQ CW'), ('60','MY'), ('61','AU CC CX'), ('62','ID'), ('63','PH'), ('64','NZ'), ('65','SG'),
    ('66','TH'), ('670','TL'), ('672','NF'), ('673','BN'), ('674','NR'), ('675','PG'), ('676','TO'),
    ('677','SB'), ('678','VU'), ('679','FJ'), ('680','PW'), ('681','WF'), ('682','CK'), ('683','NU'),
    ('685','WS'), ('686','KI'), ('687','NC'), ('688','TV'), ('689','PF'), ('690','TK'), ('691','FM'),
    ('692','MH'), ('7','KZ RU'), ('81','JP'), ('82','KR'), ('84','VN'), ('850','KP'), ('852','HK'),
    ('853','MO'), ('855','KH'), ('856','LA'), ('86','CN'), ('880','BD'), ('886','TW'), ('90','TR'),
    ('91','IN'), ('92','PK'), ('93','AF'), ('94','LK'), ('95','MM'), ('960','MV'), ('961','LB'),
    ('962','JO'), ('963','SY'), ('964','IQ'), ('965','KW'), ('966','SA'), ('967','YE'), ('968','OM'),
    ('970','PS'), ('971','AE'), ('972','IL'), ('973','BH'), ('974','QA'), ('975','BT'), ('976','MN'),
    ('977','NP'), ('98','IR'), ('992','TJ'), ('993','TM'), ('994','AZ'), ('995','GE'), ('996','KG'),
    ('998','UZ')
  ) as codes (code, countries)
  where p_country = any (string_to_array(countries, ' '))
$$;
comment on function app_private.calling_code(text) is
  'ISO country to its calling code (ITU-T E.164, as libphonenumber lists them).';

-- Numbers that no patient has and that charge the sender: premium rate, satellite, international networks, and
-- ranges that fraud uses. TypeScript also knows the premium and shared-cost ranges of each country.
create function app_private.is_charged_number(p_phone text) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select p_phone ~ '^\+(1900|37281|4470|800|808|87|88[1-57-9]|979|991)' $$;

create function app_private.normalize_phone(p_phone text, p_country text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_code text := coalesce(app_private.calling_code(p_country), '1');
  v_text text := regexp_replace(regexp_replace(lower(coalesce(p_phone, '')), '(ext\.?|x|#).*$', ''),
    -- "+49 (0)30" shows the trunk zero to callers inside the country; only Italy's zero belongs to the number.
    '^([^0-9]*(\+|00)(?!\s*39)[^(]*)\(0\)', '\1');
  v_digits text := regexp_replace(v_text, '[^0-9]', '', 'g');
  v_phone text;
begin
  if v_text ~ '[a-z]' then
    return null;
  end if;
  v_phone := case
    when v_text ~ '^[^0-9]*\+' then '+' || v_digits
    when v_code = '1' and v_digits ~ '^1[0-9]{10}$' then '+' || v_digits
    when v_code = '1' and v_digits ~ '^011' then '+' || substr(v_digits, 4)
    when v_code = '1' then '+1' || v_digits
    when v_digits ~ '^00' then '+' || substr(v_digits, 3)
    when p_country in ('IT', 'VA', 'SM') then '+' || v_code || v_digits
    else '+' || v_code || regexp_replace(v_digits, '^0', '')
  end;
  -- Mexico dropped the 1 before mobile numbers in 2019; old address books still have it.
  v_phone := regexp_replace(v_phone, '^\+521([0-9]{10})$', '+52\1');
  -- A number that is possible but not assigned is kept: refusing it would lose the patient.
  if v_phone !~ '^\+[1-9][0-9]{7,14}$' or (v_phone ~ '^\+1' and v_phone !~ '^\+1[2-9][0-9]{9}$')
     or app_private.is_charged_number(v_phone) then
    return null;
  end if;
  return v_phone;
end $$;
comment on function app_private.normalize_phone is
  'E.164, or null when it cannot be a phone. TypeScript decides first; this keeps plain SQL callers right.';

create function app_private.phone_flag(p_phone text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select 'unassigned'::text
  where p_phone ~ '^\+1[0-9]{10}$' and substr(p_phone, 3, 3) <> all (regexp_split_to_array('201 202 203 204 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 226 227 228 229 231
    234 235 236 239 240 242 246 248 249 250 251 252 253 254 256 257 260 262 263 264 267 268 269 270 272 273 274
    276 279 281 283 284 289 301 302 303 304 305 306 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323
    324 325 326 327 329 330 331 332 334 336 337 339 340 341 343 345 346 347 350 351 352 353 354 360 361 363 364
    365 367 368 369 380 382 385 386 401 402 403 404 405 406 407 408 409 410 412 413 414 415 416 417 418 419 423
    424 425 428 430 431 432 434 435 437 438 440 441 442 443 445 447 448 450 458 463 464 468 469 470 472 473 474
    475 478 479 480 484 500 501 502 503 504 505 506 507 508 509 510 512 513 514 515 516 517 518 519 520 521 522
    523 524 525 526 527 528 529 530 531 532 533 534 539 540 541 544 548 551 557 559 561 562 563 564 566 567 570
    571 572 573 574 575 577 579 580 581 582 584 585 586 587 588 600 601 602 603 604 605 606 607 608 609 610 612
    613 614 615 616 617 618 619 620 622 623 626 628 629 630 631 633 636 639 640 641 645 646 647 649 650 651 656
    657 658 659 660 661 662 664 667 669 670 671 672 678 680 681 682 683 684 686 689 701 702 703 704 705 706 707
    708 709 712 713 714 715 716 717 718 719 720 721 724 725 726 727 728 730 731 732 734 737 738 740 742 743 747
    748 753 754 757 758 760 762 763 765 767 769 770 771 772 773 774 775 778 779 780 781 782 784 785 786 787 800
    801 802 803 804 805 806 807 808 809 810 812 813 814 815 816 817 818 819 820 821 825 826 828 829 830 831 832
    833 835 838 839 840 843 844 845 847 848 849 850 854 855 856 857 858 859 860 862 863 864 865 866 867 868 869
    870 872 873 876 877 878 879 888 900 901 902 903 904 905 906 907 908 909 910 912 913 914 915 916 917 918 919
    920 925 928 929 930 931 934 936 937 938 939 940 941 942 943 945 947 948 949 951 952 954 956 959 970 971 972
    973 975 978 979 980 983 984 985 986 989', '\s+'))
$$;
comment on function app_private.phone_flag is
  'The area codes of North America that are in use, as libphonenumber lists them. The rest of the world is judged in TypeScript.';

-- 41_names.sql

-- Names as people write them, and one way of comparing them. A person is a name under a phone: "María López", "Maria
-- Lopez" and "Lopez Maria" are one.

-- One word, given in small letters.
create function app_private.case_word(p_word text, p_first boolean) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_part text;
  v_sign text := '';
  v_before text := '';
  v_cased text := '';
begin
  for v_part in select m[1] from regexp_matches(p_word, '([^-‐‑''’ʼ‘.]+|[-‐‑''’ʼ‘.])', 'g') as m loop
    if v_part ~ '^[-‐‑''’ʼ‘.]$' then
      v_sign := v_part;
      v_cased := v_cased || v_part;
      continue;
    end if;
    v_cased := v_cased || case
      -- O'Neil and D'Angelo, but Sa'id and Ka'ahumanu.
      when v_sign ~ '[''’ʼ‘]' and not (v_before ~ '^[dlmno]$' and length(v_part) > 1) then v_part
      when v_cased = '' and not p_first and p_word like 'al-%' then v_part
      when v_part ~ '^mc[[:alpha:]]{2}' then 'Mc' || upper(substr(v_part, 3, 1)) || substr(v_part, 4)
      -- No rule for all of "Mac": Mackenzie, Macy and Machado are written so.
      when v_part in ('macarthur', 'macdonald', 'macdougall', 'macgregor', 'macleod', 'macmillan', 'macpherson')
        then 'Mac' || upper(substr(v_part, 4, 1)) || substr(v_part, 5)
      else upper(left(v_part, 1)) || substr(v_part, 2)
    end;
    v_before := v_part;
    v_sign := '';
  end loop;
  return v_cased;
end $$;

create function app_private.normalize_name(p_name text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_words text[];
  v_mixed boolean;
  v_count integer;
  v_word text;
  v_lower text;
  v_before text := '';
  v_name text := '';
begin
  -- Bidirectional and zero-width characters can turn a name around on a screen.
  v_words := array_remove(string_to_array(regexp_replace(
    regexp_replace(normalize(coalesce(p_name, ''), nfc), '[[:cntrl:][:space:]\u00a0]+', ' ', 'g'),
    '[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', '', 'g'), ' '), '');
  v_count := cardinality(v_words);
  v_mixed := exists (select 1 from unnest(v_words) as w where w <> lower(w) and w <> upper(w));
  for i in 1 .. v_count loop
    v_word := v_words[i];
    v_lower := lower(v_word);
    v_name := v_name || case when i > 1 then ' ' else '' end || case
      -- Mixed case is deliberate and stays, and beside it two capitals are initials ("TJ Smith"). Words all in
      -- small letters or in CAPITALS come from speech recognition and old systems. Georgian names have no capitals.
      when (v_word <> v_lower and v_word <> upper(v_word)) or v_word ~ '[\u10d0-\u10ff]' then v_word
      when v_mixed and length(v_word) = 2 and v_word <> v_lower then v_word
      when i > 1 and v_lower in ('ii', 'iii', 'iv') then upper(v_word)
      when i > 1 and i < v_count and (
          replace(v_lower, '’', '''') in ('de', 'del', 'da', 'das', 'do', 'dos', 'du', 'von', 'ter', 'ten', 'vom', 'zu',
            'zur', 'zum', 'bin', 'bint', 'ibn', 's/o', 'd/o', 'and', '''t')
          or (v_lower = 'y' and i > 2)
          or (v_lower in ('la', 'der', 'den') and v_before in ('de', 'van', 'von', 'aus'))
          -- "Nguyen Van Anh": there it is a name of one's own.
          or (v_lower = 'van' and v_before not in ('nguyen', 'nguyễn', 'tran', 'trần', 'le', 'lê', 'pham', 'phạm',
            'hoang', 'hoàng', 'huynh', 'huỳnh', 'phan', 'vu', 'vũ', 'vo', 'võ', 'dang', 'đặng', 'bui', 'bùi', 'do', 'đỗ',
            'ho', 'hồ', 'ngo', 'ngô', 'duong', 'dương', 'ly', 'lý')))
        then v_lower
      else app_private.case_word(v_lower, i = 1)
    end;
    v_before := v_lower;
  end loop;
  return nullif(v_name, '');
end $$;
comment on function app_private.normalize_name is
  'TypeScript decides first (titles, the letters of some countries); this keeps plain SQL callers right and leaves what is right alone.';

-- In PL/pgSQL, which keeps the plan: a function in SQL that names its search_path is read and planned at each use.
create function app_private.fold_letters(p_text text) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
begin
  return btrim(regexp_replace(normalize(replace(replace(replace(replace(translate(
    lower(regexp_replace(normalize(translate(p_text, $q$'’‘ʻʼ`´ـ$q$, ''), NFKD),
      '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]',
      '', 'g')),
    'øđðłħıςىیکة', 'oddlhiσييكه'), 'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'), 'þ', 'th'), NFC),
    '[ .,\-‐‑–·・()"“”&/]+', ' ', 'g'));
end $$;
comment on function app_private.fold_letters is
  'Small letters without accents and apostrophes, one space between words. The vowels of Hindi or Thai are letters. As foldedWords in TypeScript.';
grant execute on function app_private.fold_letters to voxanne_tenant;

create function app_private.in_two_letters(p_text text) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
begin
  return replace(replace(replace(replace(replace(lower(normalize(p_text, NFC)),
    'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ø', 'oe'), 'å', 'aa');
end $$;
comment on function app_private.in_two_letters is 'Mueller for Müller, Soerensen for Sørensen, Aase for Åse.';
grant execute on function app_private.in_two_letters to voxanne_tenant;

create function app_private.name_spellings(p_name text) returns text[]
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
declare
  v_line text;
  v_words text[];
  v_count integer;
  v_generation text;
  v_plain text;
  v_spellings text[] := '{}';
begin
  foreach v_line in array array[app_private.fold_letters(p_name), app_private.fold_letters(app_private.in_two_letters(p_name))]
  loop
    v_words := string_to_array(v_line, ' ');
    v_count := coalesce(cardinality(v_words), 0);
    continue when v_count = 0 or v_line = '';
    v_generation := '|';
    if v_count > 1 and v_words[v_count] in ('jr', 'sr', 'junior', 'senior', 'ii', 'iii', 'iv', '2nd', '3rd', '4th') then
      v_generation := '|' || case v_words[v_count] when 'junior' then 'jr' when 'senior' then 'sr'
        when '2nd' then 'ii' when '3rd' then 'iii' when '4th' then 'iv' else v_words[v_count] end;
      v_count := v_count - 1;
      v_words := v_words[1:v_count];
    end if;
    v_plain := array_to_string(v_words, '') || v_generation;
    v_spellings := v_spellings || v_plain;
    if v_count > 1 then
      v_spellings := v_spellings
        || array(select '~' || array_to_string(v_words[n:v_count] || v_words[1:n - 1], '') || v_generation
          from generate_series(1, v_count) as n)
        || ('~' || array_to_string(array(select w from unnest(v_words) as w order by w collate "C"), '') || v_generation);
    end if;
  end loop;
  return v_spellings;
end $$;
comment on function app_private.name_spellings is
  'How a name can be written without spaces: as it is said, and from two words on beginning with any of them, or sorted.';

create function app_private.is_same_name(p_one text, p_other text) returns boolean
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$ select app_private.name_spellings(p_one) && app_private.name_spellings(p_other) $$;
comment on function app_private.is_same_name is
  'Case, accents, apostrophes, hyphens, spaces and the order of the words aside. As isSameName in TypeScript, which takes titles off too.';

-- Patients are found by an index: with each of them is kept what a search can begin with.
create function app_private.search_keys(p_org_id uuid, p_name text, p_email text) returns tsvector
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
declare
  -- The clinic comes first, so that a search reads no other clinic's part of the index.
  v_clinic text := right(p_org_id::text, 8) || ':';
  v_plain text[] := string_to_array(app_private.fold_letters(p_name), ' ');
  v_in_two text[] := string_to_array(app_private.fold_letters(app_private.in_two_letters(p_name)), ' ');
  v_address text[] := regexp_split_to_array(lower(p_email), '(?<=[@._+-])');
  v_keys text[] := '{}';
begin
  for n in 1 .. coalesce(cardinality(v_plain), 0) loop
    v_keys := v_keys || (v_clinic || left(array_to_string(v_plain[n:], ''), 60));
  end loop;
  if v_in_two <> v_plain then
    for n in 1 .. cardinality(v_in_two) loop
      v_keys := v_keys || (v_clinic || left(array_to_string(v_in_two[n:], ''), 60));
    end loop;
  end if;
  for n in 1 .. coalesce(cardinality(v_address), 0) loop
    v_keys := v_keys || (v_clinic || left(array_to_string(v_address[n:], ''), 60));
  end loop;
  return array_to_tsvector(v_keys);
end $$;
comment on function app_private.search_keys is
  'From each word of a name to its end, folded and without spaces ("delacruz", "lacruz" and "cruz" for "de la Cruz"), and from each part of an e-mail address.';
-- The role that writes a row works out its column.
grant execute on function app_private.search_keys to voxanne_tenant;

-- 42_contacts.sql

-- Whom a clinic treats. The table has the name that the original specification gave it; code says contact.

create table public.leads (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 120),
  title text check (length(title) between 1 and 40),
  name_raw text check (length(name_raw) <= 200),
  phone text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  phone_raw text check (length(phone_raw) <= 200),
  phone_extension text check (length(phone_extension) between 1 and 20),
  phone_flag text check (phone_flag in ('unassigned')),
  phone_source text check (phone_source in ('caller_id', 'spoken', 'staff')),
  phone_verified_at timestamptz,
  email text,
  proposed_email text check (length(proposed_email) <= 254),
  status text not null default 'pending' check (status in ('pending', 'active', 'archived')),
  notes text check (length(notes) <= 2000),
  search_keys tsvector generated always as (app_private.search_keys(org_id, name, email)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id)
);
comment on table public.leads is 'Contacts. A person is a name under a phone: families share one number.';
comment on column public.leads.status is 'pending: nobody of the clinic has looked at this contact yet.';
comment on column public.leads.title is
  '"Dr.", "Mrs."; not part of the name, so that a person is found with and without it.';
comment on column public.leads.name_raw is 'As it was given, where more than case and punctuation was changed.';
comment on column public.leads.phone_flag is
  'unassigned: the number is possible, but no operator gives out numbers like it. Kept, and to be asked again.';
comment on column public.leads.proposed_email is 'What a later caller said against the address on file. Staff decide.';
comment on column public.leads.phone_source is
  'Null for numbers that came before this was kept, and for those of programs.';
comment on column public.leads.phone_verified_at is
  'When the telephone network last showed that this person calls from it.';
comment on column public.leads.search_keys is 'What a search can begin with; read by app_private.contacts_found.';
create index leads_search_idx on public.leads using gin (search_keys) with (fastupdate = off);
create index leads_org_name_idx on public.leads (org_id, name, id);
create index leads_phone_idx on public.leads (phone) where phone is not null;
create index leads_org_phone_idx on public.leads (org_id, phone);
select app_private.protect('public.leads');
grant update (name, phone, email, status, title, name_raw, phone_raw, phone_extension, phone_flag, proposed_email,
    notes, phone_source, phone_verified_at)
  on public.leads to voxanne_tenant;
grant select (id, org_id, name, phone, email, status, created_at, updated_at, title, phone_extension, phone_flag)
  on public.leads to authenticated;
create policy member on public.leads for select to authenticated
  using (org_id = (select app_private.member_org_id()));

create trigger leads_touch before update on public.leads
  for each row execute function app_private.touch_updated_at();
create trigger leads_clean_name before insert or update of name on public.leads
  for each row execute function app_private.keep_name_visible();
create trigger leads_clean_title before insert or update of title on public.leads
  for each row execute function app_private.keep_title_visible();

create function app_private.flag_phone() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  new.phone_flag := app_private.phone_flag(new.phone);
  return new;
end $$;

create trigger leads_flag_phone before insert or update of phone on public.leads
  for each row execute function app_private.flag_phone();

create function app_private.contact_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.org_id, 'contact.updated', jsonb_build_object('contact_id', new.id));
  return null;
end $$;

-- A new contact comes with its appointment, which has an event of its own.
create trigger leads_emit_event after update on public.leads for each row
  when ((old.name, old.title, old.phone, old.phone_extension, old.phone_flag, old.email, old.proposed_email, old.status, old.notes)
    is distinct from
    (new.name, new.title, new.phone, new.phone_extension, new.phone_flag, new.email, new.proposed_email, new.status, new.notes))
  execute function app_private.contact_changed();

create function app_private.lock_person(p_org_id uuid, p_phone text) returns void
  language sql set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$ select pg_advisory_xact_lock(hashtextextended(p_org_id::text || ':person:' || p_phone, 0)) $$;
comment on function app_private.lock_person is
  'Until the end of the transaction nobody else adds, renames or books for a contact of that phone.';
grant execute on function app_private.lock_person to voxanne_tenant;

create function app_private.find_person(p_org_id uuid, p_phone text, p_name text) returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select id from public.leads
  where org_id = p_org_id and phone = p_phone and app_private.is_same_name(name, p_name)
  order by created_at, id limit 1
$$;
comment on function app_private.find_person is
  'The oldest, where one person has two contacts from before this was checked. Only sure under lock_person.';

create function app_private.upsert_contact(p_org_id uuid, p_name text, p_phone text, p_email text) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_id uuid;
begin
  perform app_private.lock_person(p_org_id, p_phone);
  v_id := app_private.find_person(p_org_id, p_phone, p_name);
  if v_id is null then
    insert into public.leads (org_id, name, phone, email) values (p_org_id, p_name, p_phone, p_email) returning id into v_id;
  else
    update public.leads as l set
        email = coalesce(l.email, p_email),
        proposed_email = case when p_email <> l.email then p_email else l.proposed_email end
      where l.id = v_id and p_email is not null and (l.email is null or p_email <> l.email);
  end if;
  return v_id;
end $$;
comment on function app_private.upsert_contact is
  'Fills blanks, overwrites nothing: a voice may mishear what staff typed. Another e-mail address becomes a proposal.';

create function app_private.keep_one_person() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if new.phone is null or tg_op = 'UPDATE' and (new.name, new.phone) is not distinct from (old.name, old.phone) then
    return new;
  end if;
  perform app_private.lock_person(new.org_id, new.phone);
  if exists (
    select 1 from public.leads l
    where l.org_id = new.org_id and l.phone = new.phone and l.id <> new.id and app_private.is_same_name(l.name, new.name)) then
    raise exception 'this person is a contact of this clinic already'
      using errcode = 'unique_violation', table = 'leads', constraint = 'leads_one_person';
  end if;
  return new;
end $$;

-- After the triggers that clean the name, by the order of their names.
create trigger leads_keep_one_person before insert or update of name, phone on public.leads
  for each row execute function app_private.keep_one_person();

-- As its owner: under row-level security no operator for texts may look into an index.
create function app_private.contacts_found(p_org_id uuid, p_search tsquery) returns setof uuid
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan
  as $$
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  return query select l.id from public.leads l where l.org_id = p_org_id and l.search_keys @@ p_search;
end $$;
comment on function app_private.contacts_found is 'The patients of a clinic whose name or e-mail address a search means.';
grant execute on function app_private.contacts_found to voxanne_tenant;

-- 50_appointments.sql

-- The promise: one slot, one appointment. The functions that keep it are in the files after this one.
--
-- Order of locks, for everything that changes a time: the appointment's row, the providers by id, the person, the
-- contact's row, the clinic's event stream (by the trigger), the order of the outbox. Changes that
-- keep to it never wait in a circle.

create table public.appointments (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid not null,
  contact_id uuid,
  service_type text not null check (length(service_type) between 1 and 80),
  scheduled_at timestamptz not null,
  duration_minutes integer not null check (duration_minutes between 5 and 480),
  busy_from timestamptz not null,
  busy_to timestamptz not null,
  session_id uuid not null default gen_random_uuid(),
  seat integer check (seat between 1 and 100),
  overbooked boolean not null default false,
  status text not null default 'confirmed'
    check (status in ('pending', 'held', 'confirmed', 'arrived', 'completed', 'cancelled', 'no_show')),
  hold_expires_at timestamptz,
  notes text check (length(notes) <= 2000),
  source text not null default 'api' check (source in ('api', 'dashboard', 'voice', 'patient', 'system')),
  call_id text,
  calendar_event_id text,
  calendar_generation integer not null default 1,
  calendar_unverified boolean not null default false,
  sync_state text not null default 'not_linked' check (sync_state in ('not_linked', 'pending', 'synced', 'error')),
  undoable jsonb,
  undo_until timestamptz,
  version integer not null default 1,
  visible_version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  foreign key (org_id, provider_id) references public.providers (org_id, id),
  foreign key (org_id, contact_id) references public.leads (org_id, id),
  check (busy_from <= scheduled_at and busy_to >= scheduled_at + make_interval(mins => duration_minutes)),
  constraint appointments_contact_check check (contact_id is not null or hold_expires_at is not null),
  -- The net below the lock: whatever writes, and whatever it forgot, two occupying rows of one provider overlap only
  -- inside one session; appointments_seat_idx counts the seats of that session.
  constraint appointments_no_overlap exclude using gist (
    org_id with =, provider_id with =, tstzrange(busy_from, busy_to) with &&, session_id with <>
  ) where (status in ('pending', 'held', 'confirmed', 'arrived') and not overbooked)
);
comment on column public.appointments.contact_id is 'Null only for a hold that is not for a patient yet.';
comment on column public.appointments.busy_from is 'Stored, not generated: timestamptz arithmetic is not immutable.';
comment on column public.appointments.calendar_generation is
  'Google keeps the id of a deleted event; the next one gets a new generation.';
comment on column public.appointments.hold_expires_at is
  'When a hold stops blocking. An expired hold is passed over by every check, and ended by the booking that takes its time.';
comment on column public.appointments.session_id is
  'Rows of one session (same group service, same start) may overlap each other; every other row has a session of its own.';
comment on column public.appointments.seat is
  'Which of the service''s places in the session; null where nobody shares.';
comment on column public.appointments.overbooked is
  'An owner put it over another one, with a reason in the audit log. Outside the constraint, and still busy for everyone else.';
comment on column public.appointments.undoable is
  'What the last move or cancellation replaced; undo puts it back until undo_until.';
comment on column public.appointments.calendar_unverified is
  'Booked or moved while the provider''s linked calendar could not be read: staff should check whether it is free there.';
comment on column public.appointments.visible_version is
  'The version since which the patient, the time and whether it takes place are as they are: the one that texts and links name.';
create unique index appointments_seat_idx on public.appointments (org_id, provider_id, session_id, seat)
  where seat is not null and status in ('pending', 'held', 'confirmed', 'arrived') and not overbooked;
-- What free times are made of, from the index alone: who is taken when, holds that ran out aside. By provider: a booking
-- re-reads one day of one provider, not of the whole clinic.
create index appointments_busy_idx on public.appointments (org_id, provider_id, busy_from)
  include (busy_to, status, hold_expires_at, seat)
  where status in ('pending', 'held', 'confirmed', 'arrived');
create index appointments_session_idx on public.appointments (org_id, busy_from)
  where seat is not null and status in ('pending', 'held', 'confirmed', 'arrived');
create index appointments_held_idx on public.appointments (hold_expires_at) where status = 'held';
create index appointments_scheduled_idx on public.appointments (org_id, scheduled_at, id);
create index appointments_contact_idx on public.appointments (org_id, contact_id);
create index appointments_call_idx on public.appointments (org_id, call_id) where call_id is not null;
select app_private.protect('public.appointments');
-- Time is changed by functions only; the calendar's bookkeeping is the worker's.
grant update (calendar_event_id, calendar_generation, sync_state) on public.appointments to voxanne_service;
grant select (id, org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes, busy_from, busy_to,
    status, source, sync_state, version, created_at, updated_at, hold_expires_at, overbooked, calendar_unverified)
  on public.appointments to authenticated;
create policy member on public.appointments for select to authenticated
  using (org_id = (select app_private.member_org_id()));

-- Reasons are free text, and are erased with the appointment.
create table public.appointment_reasons (
  id bigint generated always as identity primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  appointment_id uuid not null,
  action text not null,
  reason text not null check (length(reason) between 1 and 500),
  actor_id text,
  created_at timestamptz not null default now(),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade
);
comment on table public.appointment_reasons is
  'Why an appointment was changed, in the words of the person who changed it. The audit row of the change says reason_given.';
create index appointment_reasons_appointment_idx on public.appointment_reasons (org_id, appointment_id);
select app_private.protect('public.appointment_reasons');

create trigger appointments_touch before update on public.appointments
  for each row execute function app_private.touch_updated_at();

create function app_private.start_on_the_minute() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.scheduled_at := date_trunc('minute', new.scheduled_at, 'UTC');
  return new;
end $$;
comment on function app_private.start_on_the_minute is
  'The booking functions write the time that was asked for beside the range that slot_of made of it.';

create trigger appointments_start_on_the_minute before insert or update of scheduled_at on public.appointments
  for each row when (new.scheduled_at <> date_trunc('minute', new.scheduled_at, 'UTC'))
  execute function app_private.start_on_the_minute();

create function app_private.note_visible_version() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.visible_version := new.version;
  return new;
end $$;

create trigger appointments_visible_version_on_insert before insert on public.appointments
  for each row when (new.version <> 1) execute function app_private.note_visible_version();
create trigger appointments_visible_version before update of version on public.appointments
  for each row when (new.version <> old.version and (new.scheduled_at, new.status, new.contact_id)
    is distinct from (old.scheduled_at, old.status, old.contact_id))
  execute function app_private.note_visible_version();

-- Whether the calendar was known when a time was taken, by the rule that offers it. Kept by a trigger, so that no way to take a time can forget it: booked, held, moved, put back.
create function app_private.note_calendar() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_stale boolean;
begin
  if new.status not in ('pending', 'held', 'confirmed', 'arrived') then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.status in ('pending', 'held', 'confirmed', 'arrived')
    and (old.provider_id, old.scheduled_at, old.duration_minutes)
      = (new.provider_id, new.scheduled_at, new.duration_minutes)
    and not (old.status = 'held' and new.status <> 'held') then
    return new;
  end if;
  v_stale := coalesce((
    select app_private.calendar_stale(m.synced_at, clock_timestamp()) from public.calendar_mirrors m
    where m.org_id = new.org_id and m.provider_id = new.provider_id), false);
  -- A hold that becomes a booking is not compared with the calendar again: what nobody could see then stays unseen.
  new.calendar_unverified := v_stale
    or (tg_op = 'UPDATE' and old.status = 'held' and new.status <> 'held' and old.calendar_unverified);
  return new;
end $$;

create trigger appointments_note_calendar
  before insert or update of status, provider_id, scheduled_at, duration_minutes on public.appointments
  for each row execute function app_private.note_calendar();

-- 51_appointment_events.sql

-- What a change of an appointment sets in motion: screens, the audit log, the calendar and the patient's text.

create function app_private.appointment_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  -- A hold is no booking yet; it becomes one when it is confirmed.
  perform app_private.emit(new.org_id,
    case when new.status not in ('held', 'cancelled')
        and (tg_op = 'INSERT' or (tg_op = 'UPDATE' and old.status = 'held'))
      then 'appointment.booked' else 'appointment.updated' end,
    jsonb_build_object('appointment_id', new.id, 'status', new.status, 'sync_state', new.sync_state));
  return null;
end $$;

-- Live events of a clinic are written one transaction at a time (app_private.emit), and that lock lives until the
-- commit. Written with the change it was held over all the rest of the transaction and its round trips: workers of one
-- clinic waited in line for it, 5 ms of the 6 that a call's report took. At the commit it is held for the commit alone, and
-- comes after every other lock, so that nobody can wait for it in a circle.
create constraint trigger appointments_emit_event after insert or update on public.appointments
  deferrable initially deferred for each row execute function app_private.appointment_changed();

-- Who changes an appointment, as app_private.origin_of derives it. actor_id names what acts without a person, such as a
-- phone number.
create type app_private.origin as (source text, actor_id text, call_id text, request_id text);

-- Ids, times and states: what an auditor needs, and nothing that identifies a patient outside the clinic's tables.
create function app_private.appointment_facts(p_row public.appointments) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case when (p_row).id is not null then jsonb_strip_nulls(jsonb_build_object(
    'status', (p_row).status, 'scheduled_at', (p_row).scheduled_at, 'duration_minutes', (p_row).duration_minutes,
    'service_type', (p_row).service_type, 'provider_id', (p_row).provider_id, 'contact_id', (p_row).contact_id,
    'version', (p_row).version, 'hold_expires_at', (p_row).hold_expires_at,
    'overbooked', nullif((p_row).overbooked, false),
    'calendar_unverified', nullif((p_row).calendar_unverified, false))) end
$$;

create function app_private.audit_appointment(
  p_action text, p_before public.appointments, p_after public.appointments, p_reason text, p_by app_private.origin
) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_person uuid := app_private.user_id();
  v_reason text := nullif(btrim(p_reason), '');
  v_actor text := coalesce(v_person::text, case when (p_by).source = 'voice' then (p_by).call_id end, (p_by).actor_id);
begin
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values ((p_after).org_id,
      case
        when v_person is not null then 'user'
        when (p_by).source = 'voice' then 'agent'
        when (p_by).source in ('patient', 'google') then (p_by).source
        else 'system'
      end,
      v_actor, p_action, 'appointment', (p_after).id, app_private.appointment_facts(p_before),
      app_private.appointment_facts(p_after) || jsonb_build_object('source', (p_by).source)
        || case when v_reason is null then '{}' else jsonb_build_object('reason_given', true) end,
      (p_by).request_id);
  if v_reason is not null then
    insert into public.appointment_reasons (org_id, appointment_id, action, reason, actor_id)
      values ((p_after).org_id, (p_after).id, p_action, left(v_reason, 500), v_actor);
  end if;
end $$;

-- What the world outside must hear of this version: the calendar, and one text to the patient.
--
-- A change may wait for some seconds before its text leaves, as run_at of the row in the queue: time for an undo, or to
-- say that no text is wanted. A text that was held back in this way needs no correction.
--
-- What the patient knows is what the last text said. That text is not always of the version before: a change of length,
-- provider, service or notes sends none. An appointment that goes to another patient: the one before hears that it is no
-- longer theirs.
create function app_private.announce_appointment(p_row public.appointments, p_topic text, p_change text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_before public.outbox;
  v_passed_on public.outbox;
  v_org public.organizations;
  v_phone text;
  v_change text := p_change;
  v_at timestamptz := (p_row).scheduled_at;
  -- What the patient knows: {status, scheduled_at}, or nothing.
  v_known jsonb;
begin
  if (p_row).sync_state = 'pending' then
    perform app_private.enqueue((p_row).org_id, 'calendar.push', (p_row).id || ':' || (p_row).version,
      jsonb_build_object('appointment_id', (p_row).id));
  end if;
  if p_topic is null then
    return;
  end if;
  select l.phone into v_phone from public.leads l where l.org_id = (p_row).org_id and l.id = (p_row).contact_id;
  select * into v_org from public.organizations o where o.id = (p_row).org_id;
  -- Between two texts there may be changes that no patient sees.
  select o.* into v_before from generate_series(1, (p_row).version - 1) as earlier (version)
    join public.outbox o on o.org_id = (p_row).org_id
      and o.topic in ('message.confirmation', 'message.cancellation') and o.key = (p_row).id || ':' || earlier.version
    order by earlier.version desc limit 1;
  if found and v_before.payload ->> 'to' is distinct from v_phone then
    delete from public.outbox o where o.id = v_before.id and o.status = 'pending' and o.attempts = 0;
    v_known := case
      when found or (v_before.payload ->> 'silent')::boolean then nullif(v_before.payload -> 'known', 'null')
      when v_before.topic = 'message.confirmation' then
        jsonb_build_object('scheduled_at', v_before.payload -> 'scheduled_at', 'status', 'confirmed') end;
    -- It is for another patient now, who hears of it as of a booking. A new number of the same patient is no reason to
    -- tell the old number anything.
    if p_change = 'booked' and v_known ->> 'status' = 'confirmed' and not exists (
      select from public.outbox o
      where o.org_id = (p_row).org_id and o.order_key = 'message:' || (p_row).id || ':passed_on'
        and o.payload -> 'to' = v_before.payload -> 'to'
        and (o.payload ->> 'version')::integer > (v_before.payload ->> 'version')::integer) then
      perform app_private.enqueue((p_row).org_id, 'message.cancellation', (p_row).id || ':' || (p_row).version || ':passed_on',
        jsonb_build_object('appointment_id', (p_row).id, 'version', (p_row).version, 'change', 'cancelled',
          'to', v_before.payload -> 'to', 'organization_name', v_org.name, 'time_zone', v_org.time_zone,
          'scheduled_at', v_known -> 'scheduled_at', 'known', v_known, 'silent', false, 'passed_on', true),
        'message:' || (p_row).id || ':passed_on');
    end if;
    v_before := null;
    v_known := null;
  end if;
  -- Back with a patient who has not heard yet that it went to another one.
  delete from public.outbox o
    where o.org_id = (p_row).org_id and o.order_key = 'message:' || (p_row).id || ':passed_on'
      and o.status = 'pending' and o.attempts = 0 and o.payload ->> 'to' = v_phone
    returning o.* into v_passed_on;
  if v_passed_on.id is not null then
    v_known := v_passed_on.payload -> 'known';
    if p_topic = 'message.confirmation' and (v_known ->> 'scheduled_at')::timestamptz = v_at then
      return;
    end if;
    v_change := case p_topic when 'message.confirmation' then 'moved' else v_change end;
    v_before := null;
  end if;
  if v_phone is null then
    return;
  end if;
  if v_before.id is not null then
    if coalesce((v_before.payload ->> 'silent')::boolean, false)
      or (v_before.status = 'pending' and v_before.attempts = 0 and v_before.run_at > clock_timestamp()) then
      v_known := nullif(v_before.payload -> 'known', 'null');
      -- One that a worker has taken in this moment ends by itself: it is not true any more.
      delete from public.outbox o where o.id = v_before.id and o.status = 'pending' and o.attempts = 0;
      if v_known ->> 'status' = (p_row).status and (v_known ->> 'scheduled_at')::timestamptz = v_at then
        return;
      end if;
    else
      -- Also where it has not arrived: someone who booked by phone knows of it without a text.
      v_known := jsonb_build_object('scheduled_at', v_before.payload -> 'scheduled_at',
        'status', case v_before.topic when 'message.cancellation' then 'cancelled' else 'confirmed' end);
    end if;
    v_change := case
      when p_topic = 'message.cancellation' then 'cancelled'
      when v_known is null then 'booked'
      when v_known ->> 'status' = 'cancelled' then 'restored'
      else 'moved' end;
    if p_topic = 'message.cancellation' and v_known is not null then
      v_at := (v_known ->> 'scheduled_at')::timestamptz;
    end if;
  elsif (p_row).undoable is not null and p_change <> 'booked' then
    v_known := jsonb_build_object('scheduled_at', (p_row).undoable -> 'scheduled_at', 'status', 'confirmed');
  end if;
  perform app_private.enqueue((p_row).org_id, p_topic, (p_row).id || ':' || (p_row).version,
    jsonb_build_object('appointment_id', (p_row).id, 'version', (p_row).version, 'change', v_change, 'to', v_phone,
      'organization_name', v_org.name, 'time_zone', v_org.time_zone, 'scheduled_at', v_at,
      'service_type', (p_row).service_type, 'known', v_known,
      -- Booked and canceled before the first text left: kept for an undo, and said to nobody.
      'silent', p_topic = 'message.cancellation' and v_known is null));
end $$;

create function app_private.delay_text(p_org_id uuid, p_appointment_id uuid, p_seconds integer) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  if p_seconds not between 0 and 600 then
    raise exception 'a text waits for 0 to 600 seconds' using errcode = 'invalid_parameter_value';
  end if;
  update public.outbox o set run_at = clock_timestamp() + make_interval(secs => p_seconds)
    from public.appointments a
    where a.org_id = p_org_id and a.id = p_appointment_id and o.org_id = a.org_id
      and o.topic in ('message.confirmation', 'message.cancellation') and o.key in (a.id || ':' || a.visible_version, a.id || ':' || a.visible_version || ':passed_on')
      and o.status = 'pending' and o.attempts = 0;
end $$;
comment on function app_private.delay_text is
  'In the transaction of a change: its text leaves after so many seconds.';
grant execute on function app_private.delay_text to voxanne_tenant, voxanne_service;

create function app_private.withdraw_text(p_org_id uuid, p_appointment_id uuid, p_request_id text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.appointments;
  v_topic text;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  v_row := app_private.lock_appointment(p_org_id, p_appointment_id);
  delete from public.outbox o
    where o.org_id = p_org_id and o.topic in ('message.confirmation', 'message.cancellation')
      and o.key = v_row.id || ':' || v_row.visible_version and o.status = 'pending' and o.attempts = 0
    returning o.topic into v_topic;
  delete from public.outbox o
    where o.org_id = p_org_id and o.topic = 'message.cancellation'
      and o.key = v_row.id || ':' || v_row.visible_version || ':passed_on' and o.status = 'pending' and o.attempts = 0;
  if v_topic is null and not found then
    return false;
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, case when app_private.user_id() is null then 'system' else 'user' end, app_private.user_id()::text,
      'appointment.text_withdrawn', 'appointment', p_appointment_id::text,
      jsonb_build_object('text', substr(coalesce(v_topic, 'message.cancellation'), 9), 'version', v_row.visible_version), p_request_id);
  perform app_private.emit(p_org_id, 'appointment.updated', jsonb_build_object('appointment_id', p_appointment_id,
    'status', v_row.status, 'sync_state', v_row.sync_state));
  return true;
end $$;
comment on function app_private.withdraw_text is
  'Takes back the text of the last change, as long as it has not begun to leave. False: there is none that waits.';
grant execute on function app_private.withdraw_text to voxanne_tenant, voxanne_service;

-- 52_appointment_locks.sql

-- Five seconds is as long as a caller on the phone will wait; a lock that takes longer is 55P03, "try again".
create function app_private.lock_appointment(p_org_id uuid, p_appointment_id uuid) returns public.appointments
  language sql set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$
  select * from public.appointments where org_id = p_org_id and id = p_appointment_id
  -- Not "for update": a text about this appointment may be written at the same time (its foreign key takes a key share).
  for no key update
$$;

-- What a change waited for may have changed what it read before: the row that is moved is locked before it is read, and
-- behind the providers' locks the booking functions check again who is away and whether a calendar is linked.
create function app_private.lock_own_appointment(p_org_id uuid, p_appointment_id uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  return app_private.may_act_for(p_org_id)
    and (app_private.lock_appointment(p_org_id, p_appointment_id)).id is not null;
end $$;
comment on function app_private.lock_own_appointment is
  'Called first in the transaction of a change that says only what shall be different: what is read after it stays true.';
grant execute on function app_private.lock_own_appointment to voxanne_tenant, voxanne_service, service_role;

create function app_private.lock_providers(p_org_id uuid, p_provider_ids uuid[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$
declare v_id uuid;
begin
  for v_id in select distinct id from unnest(p_provider_ids) as p (id) order by id loop
    perform app_private.lock_provider(p_org_id, v_id);
  end loop;
end $$;

-- 53_appointment_slots.sql

-- Who can take a time, and what is in its way. Only right under the locks.

-- What a service needs around its time, and whether its sessions are shared.
create type app_private.slot as (
  busy_from timestamptz, busy_to timestamptz, session_id uuid, capacity integer,
  provider_id uuid, seat integer, overbooked boolean, scheduled_at timestamptz, ends_at timestamptz
);

-- Appointments begin on whole minutes. Ten seconds past ten would show on every screen as ten, and take the slots on
-- both sides of it.
create function app_private.slot_of(
  p_org_id uuid, p_service_type text, p_scheduled_at timestamptz, p_duration_minutes integer
) returns app_private.slot
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_service public.services;
  v_slot app_private.slot;
begin
  -- A service that is not in the table (plain SQL may book any) has no buffers and is not shared.
  select * into v_service from public.services where org_id = p_org_id and slug = p_service_type;
  v_slot.scheduled_at := date_trunc('minute', p_scheduled_at, 'UTC');
  v_slot.ends_at := v_slot.scheduled_at + make_interval(mins => p_duration_minutes);
  v_slot.busy_from := v_slot.scheduled_at - make_interval(mins => coalesce(v_service.buffer_before_minutes, 0));
  v_slot.busy_to := v_slot.ends_at + make_interval(mins => coalesce(v_service.buffer_after_minutes, 0));
  v_slot.capacity := coalesce(v_service.capacity, 1);
  if v_slot.capacity > 1 then
    v_slot.session_id := md5(p_org_id::text || p_service_type || extract(epoch from v_slot.scheduled_at)::text
      || ':' || p_duration_minutes)::uuid;
  end if;
  return v_slot;
end $$;

-- These have no search path of their own, because the planner writes them into the statement that asks (a path forbids
-- that). Bodies of this form are bound when they are created, and mean the same under any path.
create function app_private.takes_time(p_status text, p_hold_expires_at timestamptz, p_at timestamptz) returns boolean
  language sql immutable parallel safe
  return p_status in ('pending', 'held', 'confirmed', 'arrived')
    and not (p_status = 'held' and coalesce(p_hold_expires_at <= p_at, false));
comment on function app_private.takes_time is
  'Whether an appointment keeps its provider busy. A hold that ran out does not, whether or not the sweep has come to it.';
grant execute on function app_private.takes_time to voxanne_tenant, voxanne_service;

create function app_private.bookable_providers(p_org_id uuid, p_provider_ids uuid[]) returns uuid[]
  language sql stable
  return (
    select pg_catalog.array_agg(p.id order by p.id) from public.providers p
    where p.org_id = p_org_id and p.active and p.deleted_at is null
      and (p_provider_ids is null or p.id = any (p_provider_ids)));

create function app_private.is_free(
  p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz, p_session_id uuid, p_except uuid,
  p_over_before timestamptz default '-infinity'
) returns boolean
  language sql stable
  return not exists (
    select 1 from public.appointments a
    where a.org_id = p_org_id and a.provider_id = p_provider_id
      and app_private.takes_time(a.status, a.hold_expires_at, pg_catalog.clock_timestamp())
      -- Nothing is busy for longer than a day; without a lower bound the scan grows with the clinic's history.
      and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from
      and a.id is distinct from p_except and a.session_id is distinct from p_session_id
      and not (a.overbooked and a.created_at < p_over_before))
  and not exists (
    select 1 from public.busy_blocks b
    where b.org_id = p_org_id and b.provider_id = p_provider_id
      and b.busy_from >= p_from - interval '1 day' and b.busy_from < p_to and b.busy_to > p_from);
comment on function app_private.is_free is
  'Whether nothing occupies the provider in that range, neither here nor in a linked calendar, sessions one could join, the row that moves aside, and what was put over it on purpose before p_over_before. Only right under lock_providers.';

create function app_private.free_seat(
  p_org_id uuid, p_provider_id uuid, p_session_id uuid, p_capacity integer, p_except uuid
) returns integer
  language sql stable
  return (
    select pg_catalog.min(n) from pg_catalog.generate_series(1, p_capacity) as n
    where not exists (
      select 1 from public.appointments a
      where a.org_id = p_org_id and a.provider_id = p_provider_id and a.session_id = p_session_id and a.seat = n
        and app_private.takes_time(a.status, a.hold_expires_at, pg_catalog.clock_timestamp())
        and a.id is distinct from p_except));

create function app_private.is_on_duty(p_row public.appointments) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select exists (
    select 1 from public.providers p
    where p.org_id = (p_row).org_id and p.id = (p_row).provider_id and p.active and p.deleted_at is null)
  and not exists (
    select 1 from public.time_off t join public.organizations o on o.id = t.org_id
    where t.org_id = (p_row).org_id and (t.provider_id is null or t.provider_id = (p_row).provider_id)
      and t.starts_local < ((p_row).scheduled_at + make_interval(mins => (p_row).duration_minutes)) at time zone o.time_zone
      and t.ends_local > (p_row).scheduled_at at time zone o.time_zone)
$$;
comment on function app_private.is_on_duty is
  'Whether the provider is still one who can be booked, and nobody entered time off over that time. Only right under lock_providers.';

-- Under the locks: who takes it. The current provider first when an appointment moves, then a session that has
-- begun to fill; then, as the times were offered: the least booked of that day by the clinic's clock (those who begin
-- together are one piece of work), who has had nothing to do for longest, the id. `p_overbook` is an owner's: it may be taken already.
create function app_private.take_slot(
  p_org_id uuid, p_slot app_private.slot, p_candidates uuid[], p_prefer uuid, p_except uuid, p_overbook boolean,
  p_check_time_off boolean
) returns app_private.slot
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_free boolean;
  v_zone text;
  v_day timestamp;
  v_day_from timestamptz;
  v_day_to timestamptz;
begin
  select time_zone into v_zone from public.organizations where id = p_org_id;
  if cardinality(p_candidates) > 1 then
    v_day := date_trunc('day', p_slot.scheduled_at at time zone v_zone);
    v_day_from := v_day at time zone v_zone;
    v_day_to := (v_day + interval '1 day') at time zone v_zone;
  end if;
  -- The candidates were read before the lock; who is gone by now, or has time off, is not one of them. Entering
  -- time off takes the same lock.
  select c.id, c.free into p_slot.provider_id, v_free
    from (
      select p.id,
        app_private.is_free(p_org_id, p.id, p_slot.busy_from, p_slot.busy_to, p_slot.session_id, p_except)
          and (p_slot.session_id is null
            or app_private.free_seat(p_org_id, p.id, p_slot.session_id, p_slot.capacity, p_except) is not null) as free
      from public.providers p
      where p.org_id = p_org_id and p.id = any (p_candidates) and p.active and p.deleted_at is null
        and (p_overbook or not p_check_time_off or not exists (
          select 1 from public.time_off t
          where t.org_id = p_org_id and (t.provider_id is null or t.provider_id = p.id)
            and t.starts_local < p_slot.ends_at at time zone v_zone
            and t.ends_local > p_slot.scheduled_at at time zone v_zone))
      -- Asked once a candidate, not once for each place in which the answer is used.
      offset 0) as c
    left join lateral (
      select count(distinct a.busy_from) as booked, max(a.busy_to) filter (where a.busy_from < p_slot.scheduled_at) as idle_since,
        coalesce(bool_or(a.session_id = p_slot.session_id), false) as joins
      from public.appointments a
      where a.org_id = p_org_id and a.provider_id = c.id and a.id is distinct from p_except
        and app_private.takes_time(a.status, a.hold_expires_at, clock_timestamp())
        and a.busy_from >= v_day_from and a.busy_from < v_day_to) as l on cardinality(p_candidates) > 1
    where c.free or p_overbook
    order by c.free desc, c.id is not distinct from p_prefer desc, l.joins desc, l.booked, l.idle_since nulls first, c.id
    limit 1;
  p_slot.overbooked := not coalesce(v_free, true);
  if p_slot.overbooked or p_slot.session_id is null then
    p_slot.session_id := gen_random_uuid();
  else
    p_slot.seat := app_private.free_seat(p_org_id, p_slot.provider_id, p_slot.session_id, p_slot.capacity, p_except);
  end if;
  return p_slot;
end $$;

-- 54_appointment_checks.sql

-- What the booking functions ask before they write, and how they answer. Nothing here can be called from outside.

create function app_private.refusal(p_error text, p_message text) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select jsonb_build_object('success', false, 'error', p_error, 'message', p_message) $$;

create function app_private.slot_taken() returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select app_private.refusal('SLOT_UNAVAILABLE', 'That time is already taken.') $$;

create function app_private.appointment_answer(p_row public.appointments, p_repeated boolean) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('success', true, 'appointment_id', (p_row).id, 'contact_id', (p_row).contact_id,
    'provider_id', (p_row).provider_id, 'scheduled_at', (p_row).scheduled_at, 'status', (p_row).status,
    'version', (p_row).version, 'overbooked', (p_row).overbooked, 'repeated', p_repeated)
$$;

-- Who acts, derived and not believed: a signed-in person is that person, whatever the arguments say, and a client of
-- PostgREST is a program. Only our own server acts without a person, and says for whom.
create function app_private.origin_of(p_source text, p_actor_id text, p_call_id text, p_request_id text)
  returns app_private.origin
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select row(
    case
      when p_source is not null and app_private.acting_role() = 'authenticated' then 'api'
      when app_private.user_id() is not null and p_source in ('voice', 'patient', 'google', 'system') then 'api'
      else p_source end,
    p_actor_id,
    case when app_private.user_id() is null then p_call_id end,
    -- Our server names the request; a client of PostgREST would name whatever it likes.
    case when app_private.acting_role() <> 'authenticated' then p_request_id end)::app_private.origin
$$;

-- What is wrong with who asks: the clinic, the source, the length of a reason. Null when nothing is.
create function app_private.caller_error(p_org_id uuid, p_by app_private.origin, p_reason text) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case
    when not app_private.may_act_for(p_org_id) or not exists (select 1 from public.organizations where id = p_org_id)
      then app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.')
    when (p_by).source is null or (p_by).source not in ('api', 'dashboard', 'voice', 'patient', 'google', 'system')
      then app_private.refusal('INVALID_SOURCE',
        'A change comes from api, dashboard, voice, patient, google or system.')
    when length(p_reason) > 500
      then app_private.refusal('INVALID_REASON', 'The reason is longer than 500 characters.')
  end
$$;

-- What is wrong with a time, whatever it is for; null when nothing is.
create function app_private.time_error(p_scheduled_at timestamptz, p_duration_minutes integer) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select case
    when p_duration_minutes is null or p_duration_minutes not between 5 and 480
      then app_private.refusal('INVALID_DURATION', 'An appointment lasts 5 to 480 minutes.')
    when p_scheduled_at is null or p_scheduled_at not between '2000-01-01Z' and '2200-01-01Z'
      then app_private.refusal('INVALID_TIME', 'The time of the appointment is missing or impossible.')
  end
$$;

create function app_private.overbooking_error(p_org_id uuid, p_reason text) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case
    when not exists (
      select 1 from public.profiles
      where org_id = p_org_id and user_id = app_private.user_id() and role = 'owner')
      then app_private.refusal('OVERBOOK_NOT_ALLOWED', 'Only an owner of the clinic, signed in, may overbook.')
    when nullif(btrim(p_reason), '') is null
      then app_private.refusal('OVERBOOK_REASON_MISSING', 'Overbooking needs a reason; it is kept with the appointment.')
  end
$$;

-- No patient is in two places at once: a repeat over any channel (API, voice, a link, the waitlist) finds the appointment
-- there is, behind a lock of the person. Two children on one phone are two persons. An owner may overbook on purpose.
create function app_private.place_of_patient(
  p_org_id uuid, p_contact_id uuid, p_from timestamptz, p_minutes integer, p_except uuid
) returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select a.id from public.appointments a
  where a.org_id = p_org_id and a.contact_id = p_contact_id and a.id is distinct from p_except
    and a.status in ('pending', 'confirmed', 'arrived')
    and a.scheduled_at < p_from + make_interval(mins => p_minutes)
    and a.scheduled_at + make_interval(mins => a.duration_minutes) > p_from
  order by a.scheduled_at limit 1
$$;
comment on function app_private.place_of_patient is
  'Another appointment of that contact within that time, buffers aside. Only sure under lock_person.';

create function app_private.already_booked(p_appointment_id uuid) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select app_private.refusal('ALREADY_BOOKED', 'This patient already has an appointment at that time.')
    || jsonb_build_object('existing_id', p_appointment_id)
$$;

-- Callers and patients with a link cannot move onto an appointment of their own. Staff see both in the calendar.
create function app_private.keep_patient_in_one_place() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_phone text;
begin
  if app_private.user_id() is not null or (new.scheduled_at, new.duration_minutes, new.contact_id, new.status = 'cancelled')
    is not distinct from (old.scheduled_at, old.duration_minutes, old.contact_id, old.status = 'cancelled') then
    return new;
  end if;
  select l.phone into v_phone from public.leads l where l.org_id = new.org_id and l.id = new.contact_id;
  perform app_private.lock_person(new.org_id, coalesce(v_phone, new.contact_id::text));
  if app_private.place_of_patient(new.org_id, new.contact_id, new.scheduled_at, new.duration_minutes, new.id) is not null then
    raise exception 'this patient has another appointment at that time' using errcode = 'VX001';
  end if;
  return new;
end $$;

create trigger appointments_patient_in_one_place before update of scheduled_at, duration_minutes, contact_id, status on public.appointments
  for each row when (old.status <> 'held' and new.status in ('pending', 'confirmed') and new.contact_id is not null)
  execute function app_private.keep_patient_in_one_place();

-- 55_book_appointment.sql

-- The one function that books. Lock, re-read, insert; contact, appointment, outbox and audit rows commit
-- together or not at all. It checks validity and overlap; opening hours, notice and horizon are the caller's.
-- It asks a dozen small questions whose plans are the same for every clinic, as do the functions that hold, move and
-- cancel; making the plans anew for each booking was a sixth of what it costs.
create function public.book_appointment_atomic(
  p_org_id uuid,
  p_name text,
  p_email text,
  p_phone text,
  p_service_type text,
  p_scheduled_at timestamptz,
  p_duration_minutes integer,
  p_notes text default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null,
  p_provider_ids uuid[] default null,
  p_check_time_off boolean default false,
  p_hold_id uuid default null,
  p_status text default 'confirmed',
  p_overbook boolean default false,
  p_reason text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
declare
  v_org public.organizations;
  v_name text := left(app_private.normalize_name(p_name), 120);
  v_email text := nullif(lower(btrim(p_email)), '');
  v_service text := btrim(p_service_type);
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_phone text;
  v_error jsonb;
  v_contact_id uuid;
  v_elsewhere uuid;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_before public.appointments;
  v_row public.appointments;
  v_constraint text;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  select * into v_org from public.organizations where id = p_org_id;
  if not found then
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  if v_name is null then
    return app_private.refusal('INVALID_NAME', 'The patient''s name is missing.');
  end if;
  v_phone := app_private.normalize_phone(p_phone, v_org.country);
  if v_phone is null then
    return app_private.refusal('INVALID_PHONE', 'That is not a phone number that can be called or texted.');
  end if;
  if v_email is not null and (v_email !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' or length(v_email) > 254) then
    return app_private.refusal('INVALID_EMAIL', 'That is not an e-mail address.');
  end if;
  if v_service is null or length(v_service) not between 1 and 80 then
    return app_private.refusal('INVALID_SERVICE', 'The service is missing.');
  end if;
  v_error := app_private.time_error(p_scheduled_at, p_duration_minutes);
  if v_error is not null then
    return v_error;
  end if;
  if length(btrim(p_notes)) > 2000 then
    return app_private.refusal('INVALID_NOTES', 'The notes are longer than 2000 characters.');
  end if;
  if v_by.source is null or v_by.source not in ('api', 'dashboard', 'voice', 'patient', 'system') then
    return app_private.refusal('INVALID_SOURCE', 'A booking comes from api, dashboard, voice, patient or system.');
  end if;
  if p_status is null or p_status not in ('pending', 'confirmed') then
    return app_private.refusal('INVALID_STATUS', 'A booking begins as confirmed or as pending.');
  end if;
  if length(p_reason) > 500 then
    return app_private.refusal('INVALID_REASON', 'The reason is longer than 500 characters.');
  end if;
  if p_overbook then
    v_error := app_private.overbooking_error(p_org_id, p_reason);
    if v_error is not null then
      return v_error;
    end if;
  end if;
  if p_hold_id is not null then
    -- A hold has its place already; confirming it needs no other one.
    v_before := app_private.lock_appointment(p_org_id, p_hold_id);
    if v_before.id is null or v_before.hold_expires_at is null then
      return app_private.refusal('HOLD_NOT_FOUND', 'There is no such hold.');
    end if;
    perform app_private.lock_providers(p_org_id, array[v_before.provider_id]);
    if v_before.status in ('pending', 'confirmed') and exists (
      select 1 from public.leads
      where id = v_before.contact_id and phone = v_phone and app_private.is_same_name(name, v_name)) then
      return app_private.appointment_answer(v_before, true) || jsonb_build_object('phone', v_phone, 'name', v_name);
    end if;
    if v_before.status <> 'held' or v_before.hold_expires_at <= clock_timestamp() then
      return app_private.refusal('HOLD_EXPIRED', 'That hold has ended. The time may still be free.');
    end if;
    -- A hold keeps others out; it does not keep the provider in.
    if not app_private.is_on_duty(v_before) then
      return app_private.refusal('HOLD_EXPIRED', 'That time is no longer available: the provider is away then.');
    end if;
    perform app_private.lock_person(p_org_id, v_phone);
    v_contact_id := app_private.find_person(p_org_id, v_phone, v_name);
    v_elsewhere := app_private.place_of_patient(
      p_org_id, v_contact_id, v_before.scheduled_at, v_before.duration_minutes, p_hold_id);
    if v_elsewhere is not null and not p_overbook then
      return app_private.already_booked(v_elsewhere);
    end if;
    update public.appointments
      set status = p_status, contact_id = app_private.upsert_contact(p_org_id, v_name, v_phone, v_email),
        notes = nullif(btrim(p_notes), ''), source = v_by.source, call_id = v_by.call_id,
        sync_state = case when p_status = 'confirmed' and app_private.calendar_linked(p_org_id) then 'pending' else 'not_linked' end
      where org_id = p_org_id and id = p_hold_id
      returning * into v_row;
  else
    v_candidates := app_private.bookable_providers(p_org_id, p_provider_ids);
    if v_candidates is null and p_provider_ids is not null then
      return app_private.refusal('PROVIDER_NOT_FOUND', 'There is no such provider.');
    end if;
    perform app_private.lock_providers(p_org_id, v_candidates);
    perform app_private.lock_person(p_org_id, v_phone);
    v_contact_id := app_private.find_person(p_org_id, v_phone, v_name);
    if v_by.call_id is not null then
      -- A model calls the tool again with a new id when an answer was slow (seen in the wild), and a caller whose line
      -- broke calls again. Read behind the locks: the first one has committed by now, and this is its answer.
      select * into v_row from public.appointments a
        where a.org_id = p_org_id and a.contact_id = v_contact_id and a.service_type = v_service
          and a.scheduled_at = date_trunc('minute', p_scheduled_at, 'UTC')
          and a.provider_id = any (v_candidates) and a.status in ('pending', 'confirmed', 'arrived')
        limit 1;
      if found then
        return app_private.appointment_answer(v_row, true) || jsonb_build_object('phone', v_phone, 'name', v_name);
      end if;
    end if;
    v_slot := app_private.take_slot(p_org_id,
      app_private.slot_of(p_org_id, v_service, p_scheduled_at, p_duration_minutes), v_candidates,
      p_prefer => null, p_except => null, p_overbook => p_overbook, p_check_time_off => p_check_time_off);
    if v_slot.provider_id is null then
      return app_private.slot_taken();
    end if;
    v_elsewhere := app_private.place_of_patient(p_org_id, v_contact_id, v_slot.scheduled_at, p_duration_minutes, null);
    if v_elsewhere is not null and not p_overbook then
      return app_private.already_booked(v_elsewhere);
    end if;
    perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to);
    insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes,
        busy_from, busy_to, session_id, seat, overbooked, notes, source, call_id, status, sync_state)
      values (p_org_id, v_slot.provider_id, app_private.upsert_contact(p_org_id, v_name, v_phone, v_email), v_service,
        p_scheduled_at, p_duration_minutes, v_slot.busy_from, v_slot.busy_to, v_slot.session_id, v_slot.seat,
        v_slot.overbooked, nullif(btrim(p_notes), ''), v_by.source, v_by.call_id, p_status,
        case when p_status = 'confirmed' and app_private.calendar_linked(p_org_id) then 'pending' else 'not_linked' end)
      returning * into v_row;
  end if;

  if v_row.status = 'confirmed' then
    perform app_private.announce_appointment(v_row, 'message.confirmation', 'booked');
  end if;
  perform app_private.audit_appointment('appointment.booked', v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('phone', v_phone, 'name', v_name);
exception
  -- Cannot happen behind the lock, and keeps the promise if it does: the block rolled everything back.
  when exclusion_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint not in ('appointments_no_overlap', 'appointments_seat_idx') then
      raise;
    end if;
    return app_private.slot_taken();
end $$;
comment on function public.book_appointment_atomic is
  'Books or says why not: {success, appointment_id, contact_id, ...} or {success: false, error, message}. success:false writes nothing. p_provider_ids: who may take it; null: anyone. p_check_time_off: not over time off; plain SQL books whenever nothing overlaps. p_hold_id turns a hold into the booking: its time, provider and service count.';
grant execute on function public.book_appointment_atomic to authenticated, voxanne_tenant, voxanne_service, service_role;

-- 56_hold_slot.sql

create function public.hold_slot_atomic(
  p_org_id uuid,
  p_service_type text,
  p_scheduled_at timestamptz,
  p_duration_minutes integer,
  p_hold_seconds integer default 600,
  p_provider_ids uuid[] default null,
  p_contact_id uuid default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
declare
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_service text := btrim(p_service_type);
  v_error jsonb;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_row public.appointments;
  v_constraint text;
begin
  v_error := coalesce(app_private.caller_error(p_org_id, v_by, null),
    app_private.time_error(p_scheduled_at, p_duration_minutes));
  if v_error is not null then
    return v_error;
  end if;
  if v_service is null or length(v_service) not between 1 and 80 then
    return app_private.refusal('INVALID_SERVICE', 'The service is missing.');
  end if;
  if p_hold_seconds is null or p_hold_seconds not between 1 and 172800 then
    return app_private.refusal('INVALID_HOLD', 'A hold lasts a second to two days.');
  end if;
  if p_contact_id is not null and not exists (
    select 1 from public.leads where org_id = p_org_id and id = p_contact_id) then
    return app_private.refusal('CONTACT_NOT_FOUND', 'There is no such contact.');
  end if;
  v_candidates := app_private.bookable_providers(p_org_id, p_provider_ids);
  if v_candidates is null and p_provider_ids is not null then
    return app_private.refusal('PROVIDER_NOT_FOUND', 'There is no such provider.');
  end if;
  perform app_private.lock_providers(p_org_id, v_candidates);
  v_slot := app_private.take_slot(p_org_id,
    app_private.slot_of(p_org_id, v_service, p_scheduled_at, p_duration_minutes), v_candidates,
    p_prefer => null, p_except => null, p_overbook => false, p_check_time_off => true);
  if v_slot.provider_id is null then
    return app_private.slot_taken();
  end if;
  perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to);
  insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes,
      busy_from, busy_to, session_id, seat, source, call_id, status, hold_expires_at)
    values (p_org_id, v_slot.provider_id, p_contact_id, v_service, p_scheduled_at, p_duration_minutes,
      v_slot.busy_from, v_slot.busy_to, v_slot.session_id, v_slot.seat,
      case v_by.source when 'google' then 'system' else v_by.source end, v_by.call_id, 'held',
      clock_timestamp() + make_interval(secs => p_hold_seconds))
    returning * into v_row;
  perform app_private.audit_appointment('appointment.held', null, v_row, null, v_by);
  return app_private.appointment_answer(v_row, false)
    || jsonb_build_object('hold_id', v_row.id, 'expires_at', v_row.hold_expires_at);
exception
  when exclusion_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint not in ('appointments_no_overlap', 'appointments_seat_idx') then
      raise;
    end if;
    return app_private.slot_taken();
end $$;
comment on function public.hold_slot_atomic is
  'Keeps a time for a while; book_appointment_atomic(p_hold_id) confirms it. Nobody waits for a hold that ran out.';
grant execute on function public.hold_slot_atomic to voxanne_tenant, voxanne_service, service_role;

create function public.release_hold_atomic(
  p_org_id uuid,
  p_hold_id uuid,
  p_reason text default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_error jsonb := app_private.caller_error(p_org_id, v_by, p_reason);
  v_before public.appointments;
  v_row public.appointments;
begin
  if v_error is not null then
    return v_error;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_hold_id);
  if v_before.id is null or v_before.hold_expires_at is null then
    return app_private.refusal('HOLD_NOT_FOUND', 'There is no such hold.');
  end if;
  if v_before.status = 'cancelled' then
    return app_private.appointment_answer(v_before, true);
  end if;
  if v_before.status <> 'held' then
    return app_private.refusal('NOT_CHANGEABLE', 'That hold has become an appointment. Cancel the appointment.');
  end if;
  update public.appointments set status = 'cancelled' where org_id = p_org_id and id = p_hold_id returning * into v_row;
  perform app_private.audit_appointment('appointment.hold_released', v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false);
end $$;
grant execute on function public.release_hold_atomic to voxanne_tenant, voxanne_service, service_role;

-- A hold that ran out ends like one that was given back, and the audit log says so.
create function app_private.end_hold(p_before public.appointments) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare v_after public.appointments;
begin
  update public.appointments set status = 'cancelled' where id = (p_before).id returning * into v_after;
  perform app_private.audit_appointment('appointment.hold_expired', p_before, v_after, null,
    row('system', null, null, null)::app_private.origin);
end $$;

-- Holds that ran out and are in the way of a row that is about to be written. One that is being confirmed right now is
-- left alone: the constraint decides then.
create function app_private.end_expired_holds(
  p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz
) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare v_hold public.appointments;
begin
  for v_hold in
    select * from public.appointments a
    where a.org_id = p_org_id and a.provider_id = p_provider_id
      and a.status = 'held' and a.hold_expires_at <= clock_timestamp()
      and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from
    order by a.hold_expires_at limit 100 for no key update skip locked
  loop
    perform app_private.end_hold(v_hold);
  end loop;
end $$;

create function app_private.expire_holds(p_limit integer default 500) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_hold public.appointments;
  v_count integer := 0;
begin
  for v_hold in
    select * from public.appointments a
    where a.status = 'held' and a.hold_expires_at <= clock_timestamp()
    order by a.hold_expires_at limit p_limit for no key update skip locked
  loop
    perform app_private.end_hold(v_hold);
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;
comment on function app_private.expire_holds is
  'The sweep: screens and waitlists hear of a hold that ran out although nobody wanted its time.';
grant execute on function app_private.expire_holds to voxanne_service, service_role;

-- 57_move_appointment.sql

-- Changes when an appointment is and what it is about: its service, its patient and its notes, with or without another
-- time, in one step. Time off can be booked over on purpose. As every change of an appointment, it locks the row first and
-- then, where it needs time, the providers, and the audit log says what it replaced, in the same transaction.
create function public.move_appointment_atomic(
  p_org_id uuid,
  p_appointment_id uuid,
  p_scheduled_at timestamptz,
  p_duration_minutes integer default null,
  p_provider_ids uuid[] default null,
  p_overbook boolean default false,
  p_reason text default null,
  p_notify boolean default true,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null,
  p_service_type text default null,
  p_contact_id uuid default null,
  p_notes text default null,
  p_check_time_off boolean default true
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
declare
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_minutes integer;
  v_service text;
  v_contact_id uuid;
  v_notes text;
  v_stays boolean;
  v_error jsonb;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_before public.appointments;
  v_row public.appointments;
  v_constraint text;
begin
  v_error := app_private.caller_error(p_org_id, v_by, p_reason);
  if v_error is null and p_overbook then
    v_error := app_private.overbooking_error(p_org_id, p_reason);
  end if;
  if v_error is null and not p_check_time_off and v_by.source not in ('api', 'dashboard') then
    v_error := app_private.refusal('OFF_DUTY_NOT_ALLOWED', 'Only staff may book over time off.');
  end if;
  if v_error is not null then
    return v_error;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  v_minutes := coalesce(p_duration_minutes, v_before.duration_minutes);
  v_service := coalesce(btrim(p_service_type), v_before.service_type);
  v_contact_id := coalesce(p_contact_id, v_before.contact_id);
  -- An empty text takes the notes away.
  v_notes := case when p_notes is null then v_before.notes else nullif(btrim(p_notes), '') end;
  v_stays := v_before.scheduled_at = p_scheduled_at and v_before.duration_minutes = v_minutes
    and (p_provider_ids is null or v_before.provider_id = any (p_provider_ids));
  if v_before.status not in ('pending', 'confirmed')
    and (not v_stays or v_before.status not in ('arrived', 'completed', 'no_show')) then
    return app_private.refusal('NOT_CHANGEABLE', format('An appointment that is %s cannot be %s.',
      replace(v_before.status, '_', ' '), case when v_stays then 'changed' else 'moved' end));
  end if;
  v_error := app_private.time_error(p_scheduled_at, v_minutes);
  if v_error is not null then
    return v_error;
  end if;
  if length(v_service) not between 1 and 80 then
    return app_private.refusal('INVALID_SERVICE', 'The service is missing.');
  end if;
  if length(v_notes) > 2000 then
    return app_private.refusal('INVALID_NOTES', 'The notes are longer than 2000 characters.');
  end if;
  if v_contact_id is distinct from v_before.contact_id and not exists (
    select 1 from public.leads l where l.org_id = p_org_id and l.id = v_contact_id) then
    return app_private.refusal('CONTACT_NOT_FOUND', 'There is no such patient in this clinic.');
  end if;
  if v_stays and (v_service, v_contact_id, v_notes) is not distinct from
    (v_before.service_type, v_before.contact_id, v_before.notes) then
    return app_private.appointment_answer(v_before, true);
  end if;

  -- A visit that has begun keeps the time it took, whatever it turns out to be for.
  if v_stays and (v_service = v_before.service_type or v_before.status not in ('pending', 'confirmed')) then
    v_slot := row(v_before.busy_from, v_before.busy_to, v_before.session_id, null, v_before.provider_id, v_before.seat,
      v_before.overbooked, v_before.scheduled_at,
      v_before.scheduled_at + make_interval(mins => v_before.duration_minutes))::app_private.slot;
  else
    -- Without a provider in the request it stays with its own.
    v_candidates := app_private.bookable_providers(p_org_id, coalesce(p_provider_ids, array[v_before.provider_id]));
    if v_candidates is null then
      return app_private.refusal('PROVIDER_NOT_FOUND', 'There is no such provider.');
    end if;
    perform app_private.lock_providers(p_org_id, v_candidates || v_before.provider_id);
    v_slot := app_private.take_slot(p_org_id,
      app_private.slot_of(p_org_id, v_service, p_scheduled_at, v_minutes), v_candidates,
      p_prefer => v_before.provider_id, p_except => p_appointment_id, p_overbook => p_overbook,
      p_check_time_off => p_check_time_off);
    if v_slot.provider_id is null then
      return app_private.slot_taken();
    end if;
    perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to);
  end if;
  -- The same row: its id and its event in Google stay what they were.
  update public.appointments set
      scheduled_at = p_scheduled_at, duration_minutes = v_minutes, provider_id = v_slot.provider_id,
      service_type = v_service, contact_id = v_contact_id, notes = v_notes,
      busy_from = v_slot.busy_from, busy_to = v_slot.busy_to, session_id = v_slot.session_id, seat = v_slot.seat,
      overbooked = v_slot.overbooked, version = version + 1,
      sync_state = case when status <> 'pending' and app_private.calendar_linked(p_org_id) then 'pending'
        else 'not_linked' end,
      -- Notes are written over and over; an undo takes back what was done before them.
      undoable = case when v_stays and (v_service, v_contact_id) = (v_before.service_type, v_before.contact_id)
        then undoable else app_private.remember_place(v_before, case when v_stays then 'changed' else 'moved' end) end,
      undo_until = case when v_stays and (v_service, v_contact_id) = (v_before.service_type, v_before.contact_id)
        then undo_until else clock_timestamp() + interval '10 minutes' end
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  -- The text names the time and nothing else: where that stays for the same patient, there is nothing to tell.
  perform app_private.announce_appointment(v_row,
    case when p_notify and v_row.status = 'confirmed'
      and (v_row.scheduled_at, v_row.contact_id) is distinct from (v_before.scheduled_at, v_before.contact_id)
      then 'message.confirmation' end,
    case when v_row.contact_id is distinct from v_before.contact_id then 'booked' else 'moved' end);
  perform app_private.audit_appointment(case when v_stays then 'appointment.changed' else 'appointment.moved' end,
    v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('undo_until', v_row.undo_until);
exception
  when exclusion_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint not in ('appointments_no_overlap', 'appointments_seat_idx') then
      raise;
    end if;
    return app_private.slot_taken();
end $$;
comment on function public.move_appointment_atomic is
  'Reschedules on the same row, and changes what it is about: service, patient, notes (an empty text removes them). p_provider_ids: to whom it may go; null: it stays with its provider. p_check_time_off: not over time off; false is for staff.';
grant execute on function public.move_appointment_atomic to voxanne_tenant, voxanne_service, service_role;

-- 58_cancel_appointment.sql

create function public.cancel_appointment_atomic(
  p_org_id uuid,
  p_appointment_id uuid,
  p_reason text default null,
  p_notify boolean default true,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
declare
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_error jsonb := app_private.caller_error(p_org_id, v_by, p_reason);
  v_before public.appointments;
  v_row public.appointments;
begin
  if v_error is not null then
    return v_error;
  end if;
  -- Giving a time back needs the row's lock alone: nobody can be in the way of that.
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  if v_before.status = 'cancelled' then
    return app_private.appointment_answer(v_before, true) || jsonb_build_object('undo_until', v_before.undo_until);
  end if;
  if v_before.status not in ('pending', 'held', 'confirmed', 'arrived') then
    return app_private.refusal('NOT_CHANGEABLE',
      format('An appointment that is %s cannot be canceled.', replace(v_before.status, '_', ' ')));
  end if;
  update public.appointments set
      status = 'cancelled', version = version + 1,
      sync_state = case when v_before.status in ('confirmed', 'arrived') and app_private.calendar_linked(p_org_id)
        then 'pending' else sync_state end,
      undoable = case when v_before.status <> 'held' then app_private.remember_place(v_before, 'cancelled') end,
      undo_until = case when v_before.status <> 'held' then clock_timestamp() + interval '10 minutes' end
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  perform app_private.announce_appointment(v_row,
    case when p_notify and v_before.status in ('confirmed', 'arrived') then 'message.cancellation' end, 'cancelled');
  perform app_private.audit_appointment('appointment.cancelled', v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('undo_until', v_row.undo_until);
end $$;
grant execute on function public.cancel_appointment_atomic to voxanne_tenant, voxanne_service, service_role;

-- 59_undo_appointment.sql

-- What undo needs to put a row back.
create function app_private.remember_place(p_row public.appointments, p_action text) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('action', p_action, 'status', (p_row).status, 'scheduled_at', (p_row).scheduled_at,
    'duration_minutes', (p_row).duration_minutes, 'provider_id', (p_row).provider_id, 'busy_from', (p_row).busy_from,
    'busy_to', (p_row).busy_to, 'session_id', (p_row).session_id, 'seat', (p_row).seat,
    'overbooked', (p_row).overbooked, 'service_type', (p_row).service_type, 'contact_id', (p_row).contact_id)
$$;

create function public.undo_appointment_atomic(
  p_org_id uuid,
  p_appointment_id uuid,
  p_reason text default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_error jsonb := app_private.caller_error(p_org_id, v_by, p_reason);
  v_before public.appointments;
  v_row public.appointments;
  v_old public.appointments;
begin
  if v_error is not null then
    return v_error;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  if v_before.undoable is null then
    return app_private.refusal('NOTHING_TO_UNDO', 'Nothing about this appointment can be undone.');
  end if;
  if v_before.undo_until <= clock_timestamp() then
    return app_private.refusal('UNDO_EXPIRED', 'A move or a cancellation can be undone for ten minutes.');
  end if;
  v_old := jsonb_populate_record(v_before, v_before.undoable - 'action');
  perform app_private.lock_providers(p_org_id, array[v_old.provider_id, v_before.provider_id]);
  if not exists (
    select 1 from public.providers
    where org_id = p_org_id and id = v_old.provider_id and active and deleted_at is null) then
    return app_private.refusal('PROVIDER_NOT_FOUND',
      'That provider no longer takes appointments. Book it with another provider.');
  end if;
  if not v_old.overbooked and not app_private.is_free(
    p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to,
    case when v_old.seat is not null then v_old.session_id end, p_appointment_id,
    v_before.undo_until - interval '10 minutes') then
    return app_private.refusal('SLOT_UNAVAILABLE', 'That time has been taken since.');
  end if;
  perform app_private.end_expired_holds(p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to);
  update public.appointments set
      status = v_old.status, scheduled_at = v_old.scheduled_at, duration_minutes = v_old.duration_minutes,
      provider_id = v_old.provider_id, service_type = v_old.service_type, contact_id = v_old.contact_id,
      busy_from = v_old.busy_from, busy_to = v_old.busy_to,
      session_id = v_old.session_id, seat = v_old.seat, overbooked = v_old.overbooked, version = version + 1,
      sync_state = case when v_old.status in ('confirmed', 'arrived') and app_private.calendar_linked(p_org_id)
        then 'pending' else 'not_linked' end,
      undoable = null, undo_until = null
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  -- Where no text went out about the change, none goes out about the undo.
  perform app_private.announce_appointment(v_row,
    case when v_row.status = 'confirmed' and v_row.visible_version = v_row.version and exists (
      select 1 from public.outbox
      where org_id = p_org_id and topic in ('message.confirmation', 'message.cancellation')
        and key in (p_appointment_id || ':' || v_before.visible_version,
          p_appointment_id || ':' || v_before.visible_version || ':passed_on')) then 'message.confirmation' end,
    case when v_row.contact_id is distinct from v_before.contact_id then 'booked'
      when v_before.status = 'cancelled' then 'restored' else 'moved' end);
  perform app_private.audit_appointment('appointment.undone', v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false);
exception
  -- Also a seat that was given away in a shared session.
  when exclusion_violation or unique_violation then
    return app_private.refusal('SLOT_UNAVAILABLE', 'That time has been taken since.');
end $$;
comment on function public.undo_appointment_atomic is
  'Puts back what the last move or cancellation replaced, for ten minutes, while that time is free.';
grant execute on function public.undo_appointment_atomic to voxanne_tenant, voxanne_service, service_role;

-- 60_appointment_status.sql

create function app_private.may_become(p_from text, p_to text) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select exists (select 1 from (values
    ('pending', 'confirmed'),
    ('confirmed', 'arrived'), ('confirmed', 'completed'), ('confirmed', 'no_show'),
    ('arrived', 'completed'), ('arrived', 'confirmed'), ('arrived', 'no_show'),
    -- Corrections at the front desk: the patient came late after all, the visit is not over yet.
    ('no_show', 'confirmed'), ('no_show', 'arrived'), ('no_show', 'completed'),
    ('completed', 'arrived'), ('completed', 'no_show')
  ) as legal (was, becomes) where was = p_from and becomes = p_to)
$$;
comment on function app_private.may_become is
  'Legal changes of status by hand. Holding, confirming a hold, canceling and undoing have functions of their own.';

create function public.set_appointment_status(
  p_org_id uuid,
  p_appointment_id uuid,
  p_status text,
  p_reason text default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_error jsonb := app_private.caller_error(p_org_id, v_by, p_reason);
  v_before public.appointments;
  v_row public.appointments;
begin
  if v_error is not null then
    return v_error;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  if v_before.status = p_status then
    return app_private.appointment_answer(v_before, true);
  end if;
  if p_status is null or not app_private.may_become(v_before.status, p_status) then
    return app_private.refusal('ILLEGAL_TRANSITION', format('An appointment that is %s cannot become %s.',
      replace(v_before.status, '_', ' '), coalesce(replace(left(p_status, 20), '_', ' '), 'nothing')));
  end if;
  if v_before.status in ('no_show', 'completed') and p_status in ('confirmed', 'arrived') then
    -- It had given its time back, and takes it again.
    perform app_private.lock_providers(p_org_id, array[v_before.provider_id]);
    if not v_before.overbooked and not app_private.is_free(p_org_id, v_before.provider_id, v_before.busy_from,
      v_before.busy_to, case when v_before.seat is not null then v_before.session_id end, p_appointment_id) then
      return app_private.refusal('SLOT_UNAVAILABLE', 'That time has been taken since.');
    end if;
    perform app_private.end_expired_holds(p_org_id, v_before.provider_id, v_before.busy_from, v_before.busy_to);
  end if;
  update public.appointments set
      status = p_status, undoable = null, undo_until = null,
      sync_state = case when v_before.status = 'pending' and app_private.calendar_linked(p_org_id) then 'pending'
        else sync_state end
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  if v_before.status = 'pending' then
    perform app_private.announce_appointment(v_row, 'message.confirmation', 'booked');
  end if;
  perform app_private.audit_appointment('appointment.' || p_status, v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false);
exception
  when exclusion_violation or unique_violation then
    return app_private.refusal('SLOT_UNAVAILABLE', 'That time has been taken since.');
end $$;
grant execute on function public.set_appointment_status to voxanne_tenant, voxanne_service, service_role;

-- 61_availability.sql

-- What a question about free times reads, in functions: inside one, PostgreSQL keeps the plan for as long as the
-- connection lives, also behind a pooler that allows no prepared statements. Planning was half of the question's time,
-- and a third of what a booking costs the database.
-- Run as the caller: row-level security decides what exists. The plan for any clinic and any range is asked for, because
-- one that is made for the first clinic of a new deployment, which has nothing, would read the table from end to end.

create function app_private.clinic_rules(p_org_id uuid, p_now timestamptz) returns json
  language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
begin
  return pg_catalog.json_build_object(
    'clinic', (
      select pg_catalog.json_build_object('name', o.name, 'time_zone', o.time_zone, 'country', o.country,
        'booking_horizon_days', o.booking_horizon_days, 'calendar_policy', o.calendar_policy,
        'phone', o.phone,
        'lines', (
          select pg_catalog.json_agg(c.details ->> 'phone_number') from public.connections c
          where c.org_id = p_org_id and c.details ->> 'phone_number' is not null))
      from public.organizations o where o.id = p_org_id),
    'services', (
      select pg_catalog.json_agg(pg_catalog.json_build_object('id', s.id, 'name', s.name, 'slug', s.slug,
        'duration_minutes', s.duration_minutes, 'active', s.active and s.deleted_at is null,
        'buffer_before_minutes', s.buffer_before_minutes, 'buffer_after_minutes', s.buffer_after_minutes,
        'capacity', s.capacity, 'min_notice_minutes', s.min_notice_minutes, 'horizon_days', s.horizon_days,
        'slot_step_minutes', s.slot_step_minutes,
        'provider_ids', (
          select pg_catalog.json_agg(f.provider_id) from public.service_providers f
          where f.org_id = p_org_id and f.service_id = s.id)
        ) order by s.created_at, s.slug)
      from public.services s where s.org_id = p_org_id),
    'providers', (
      select pg_catalog.json_agg(pg_catalog.json_build_object('id', p.id, 'name', p.name,
        'hours', p.working_hours::text, 'breaks', p.breaks::text,
        'calendar', case when m.provider_id is null then 'none'
          when app_private.calendar_stale(m.synced_at, p_now) then 'stale' else 'fresh' end) order by p.id)
      from public.providers p
      left join public.calendar_mirrors m on m.org_id = p.org_id and m.provider_id = p.id
      where p.org_id = p_org_id and p.active and p.deleted_at is null),
    'time_off', (
      select pg_catalog.json_agg(pg_catalog.json_build_object('provider_id', t.provider_id, 'title', t.title,
        'from', t.starts_local, 'to', t.ends_local))
      -- By the wall clock of any zone there is.
      from public.time_off t
      where t.org_id = p_org_id and t.ends_local > p_now at time zone 'UTC' - interval '1 day'));
end $$;
comment on function app_private.clinic_rules is
  'Name, zone and policy of a clinic, its own numbers (a model repeats them when it has heard no other one), its services, the providers who can be booked, and who is away from the day of p_now on.';
grant execute on function app_private.clinic_rules to voxanne_tenant, voxanne_service;

create function app_private.clinic_calendar(
  p_org_id uuid,
  p_now timestamptz,
  p_from timestamptz,
  p_to timestamptz
) returns table (kind text, provider_id uuid, froms bytea, tos bytea, facts json)
  language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
#variable_conflict use_column
begin
  -- Nothing is busy for longer than a day: bounded on both sides, the reads do not grow with the clinic's history.
  return query
    select 'rules', null::uuid, null::bytea, null::bytea, app_private.clinic_rules(p_org_id, p_now)
    union all
    select 'sessions', null, null, null, (
      select pg_catalog.json_agg(pg_catalog.json_build_object('provider_id', s.provider_id, 'service', s.service_type,
        'start', pg_catalog.date_part('epoch', s.scheduled_at) * 1000, 'minutes', s.duration_minutes,
        'from', pg_catalog.date_part('epoch', s.busy_from) * 1000, 'to', pg_catalog.date_part('epoch', s.busy_to) * 1000,
        'seats', s.seats))
      from (
        select a.provider_id, a.service_type, a.scheduled_at, a.duration_minutes, a.session_id,
          min(a.busy_from) as busy_from, max(a.busy_to) as busy_to, pg_catalog.json_agg(a.seat) as seats
        from public.appointments a
        where a.org_id = p_org_id and app_private.takes_time(a.status, a.hold_expires_at, now())
          and a.seat is not null
          and a.busy_from < p_to and a.busy_from >= p_from - interval '1 day' and a.busy_to > p_from
        group by a.provider_id, a.service_type, a.scheduled_at, a.duration_minutes, a.session_id) as s)
    union all
    select 'appointments', p.id, a.froms, a.tos, null
    from public.providers p
    cross join lateral (
      select pg_catalog.array_send(pg_catalog.array_agg(a.busy_from)) as froms,
        pg_catalog.array_send(pg_catalog.array_agg(a.busy_to)) as tos
      from public.appointments a
      where a.org_id = p_org_id and a.provider_id = p.id and app_private.takes_time(a.status, a.hold_expires_at, now())
        and a.seat is null
        and a.busy_from < p_to and a.busy_from >= p_from - interval '1 day' and a.busy_to > p_from) as a
    where p.org_id = p_org_id and p.active and p.deleted_at is null
    union all
    select 'blocks', p.id, b.froms, b.tos, null
    from public.providers p
    cross join lateral (
      select pg_catalog.array_send(pg_catalog.array_agg(b.busy_from)) as froms,
        pg_catalog.array_send(pg_catalog.array_agg(b.busy_to)) as tos
      from public.busy_blocks b
      where b.org_id = p_org_id and b.provider_id = p.id
        and b.busy_from < p_to and b.busy_from >= p_from - interval '1 day' and b.busy_to > p_from) as b
    where p.org_id = p_org_id and p.active and p.deleted_at is null;
end $$;
comment on function app_private.clinic_calendar is
  'The rules, and what is taken from p_from to p_to: a row per provider and kind with its moments as timestamptz[] in binary.';
grant execute on function app_private.clinic_calendar to voxanne_tenant, voxanne_service;

-- 62_waitlist.sql

-- Who waits for a time, and what was offered to them. A time that becomes free is offered to one person after the
-- other; the offer is a hold, so that the booking functions keep it, and its end frees the time again by itself.

create table public.waitlist (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  contact_id uuid not null,
  service_type text not null check (length(service_type) between 1 and 80),
  provider_id uuid,
  earliest_date date,
  latest_date date,
  windows jsonb not null default '[]',
  appointment_id uuid,
  removed_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  unique (org_id, id),
  foreign key (org_id, contact_id) references public.leads (org_id, id) on delete cascade,
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  check (latest_date >= earliest_date)
);
comment on table public.waitlist is
  'First come, first offered. Still waiting: neither removed nor booked, and latest_date has not passed.';
comment on column public.waitlist.windows is
  'Which parts of a day suit, as [from, to] of the clinic''s wall clock; none means any.';
comment on column public.waitlist.appointment_id is 'What came of it.';
create unique index waitlist_person_idx on public.waitlist (org_id, contact_id, service_type)
  where removed_at is null and appointment_id is null;
create index waitlist_queue_idx on public.waitlist (org_id, created_at, id)
  where removed_at is null and appointment_id is null;
select app_private.protect('public.waitlist');

create table public.waitlist_offers (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  waitlist_id uuid not null,
  contact_id uuid not null,
  hold_id uuid not null,
  provider_id uuid not null,
  scheduled_at timestamptz not null,
  status text not null default 'open' check (status in ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  decided_at timestamptz,
  unique (org_id, id),
  unique (hold_id),
  -- Never the same time twice to the same person.
  unique (waitlist_id, provider_id, scheduled_at),
  foreign key (org_id, waitlist_id) references public.waitlist (org_id, id) on delete cascade,
  foreign key (org_id, hold_id) references public.appointments (org_id, id) on delete cascade,
  check ((status = 'open') = (decided_at is null))
);
comment on table public.waitlist_offers is
  'One offer is one hold and one text. Its end is written by what ends the hold.';
create unique index waitlist_offers_one_open_idx on public.waitlist_offers (org_id, contact_id) where status = 'open';
create index waitlist_offers_entry_idx on public.waitlist_offers (waitlist_id, created_at);
select app_private.protect('public.waitlist_offers');

create function app_private.audit_waitlist(
  p_org_id uuid, p_action text, p_id uuid, p_after jsonb, p_source text, p_actor_id text, p_request_id text
) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id,
      case when app_private.user_id() is not null then 'user' when p_source = 'patient' then 'patient' else 'system' end,
      coalesce(app_private.user_id()::text, p_actor_id), p_action, 'waitlist', p_id, jsonb_strip_nulls(p_after), p_request_id)
$$;

-- A hold that ended, however it ended, ends its offer; an answer has been written before it ends the hold.
create function app_private.offer_ended() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_offer public.waitlist_offers;
begin
  update public.waitlist_offers
    set status = case when old.hold_expires_at <= clock_timestamp() then 'expired' else 'withdrawn' end,
      decided_at = clock_timestamp()
    where org_id = old.org_id and hold_id = old.id and status = 'open'
    returning * into v_offer;
  if found then
    perform app_private.audit_waitlist(old.org_id, 'waitlist.offer_' || v_offer.status, v_offer.waitlist_id,
      jsonb_build_object('offer_id', v_offer.id, 'scheduled_at', v_offer.scheduled_at), 'system', null, null);
  end if;
  return null;
end $$;

create trigger appointments_end_offer after update on public.appointments for each row
  when (old.status = 'held' and new.status <> 'held') execute function app_private.offer_ended();

-- Only where someone is waiting: any other clinic's change costs one look into an empty index.
create function app_private.time_was_freed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if exists (
    select 1 from public.waitlist where org_id = old.org_id and removed_at is null and appointment_id is null) then
    perform app_private.enqueue(old.org_id, 'waitlist.slot_freed', old.id || ':' || old.version || ':' || new.status,
      jsonb_strip_nulls(jsonb_build_object('provider_id', old.provider_id, 'scheduled_at', old.scheduled_at,
        -- Who gave it up does not want it back.
        'contact_id', old.contact_id)));
  end if;
  return null;
end $$;

create trigger appointments_offer_freed_time after update on public.appointments for each row
  when (old.status in ('pending', 'held', 'confirmed', 'arrived') and (new.status = 'cancelled'
    or new.scheduled_at <> old.scheduled_at or new.provider_id <> old.provider_id))
  execute function app_private.time_was_freed();

create function app_private.waitlist_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.org_id, 'waitlist.updated', jsonb_build_object(
    'waitlist_id', coalesce(to_jsonb(new) ->> 'waitlist_id', to_jsonb(new) ->> 'id')));
  return null;
end $$;

create trigger waitlist_emit_event after insert or update on public.waitlist
  for each row execute function app_private.waitlist_changed();
create trigger waitlist_offers_emit_event after insert or update on public.waitlist_offers
  for each row execute function app_private.waitlist_changed();

create function app_private.join_waitlist(
  p_org_id uuid, p_contact_id uuid, p_name text, p_phone text, p_email text, p_service_type text, p_provider_id uuid,
  p_earliest_date date, p_latest_date date, p_windows jsonb, p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_contact_id uuid;
  v_contact public.leads;
  v_row public.waitlist;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  v_contact_id := coalesce(p_contact_id, app_private.upsert_contact(p_org_id, p_name, p_phone, p_email));
  select * into v_contact from public.leads where org_id = p_org_id and id = v_contact_id;
  if v_contact.id is null then
    return app_private.refusal('CONTACT_NOT_FOUND', 'There is no such patient in this clinic.');
  end if;
  if v_contact.phone is null then
    return app_private.refusal('PHONE_MISSING', 'This patient has no phone number, and offers are texted.');
  end if;
  if p_provider_id is not null and not exists (
    select 1 from public.providers where org_id = p_org_id and id = p_provider_id and active) then
    return app_private.refusal('PROVIDER_NOT_FOUND', 'There is no such provider.');
  end if;
  insert into public.waitlist
      (org_id, contact_id, service_type, provider_id, earliest_date, latest_date, windows)
    values (p_org_id, v_contact.id, p_service_type, p_provider_id, p_earliest_date, p_latest_date, p_windows)
    on conflict do nothing
    returning * into v_row;
  if v_row.id is null then
    return app_private.refusal('ALREADY_WAITING', 'This patient waits for that service already.');
  end if;
  perform app_private.audit_waitlist(p_org_id, 'waitlist.added', v_row.id, jsonb_build_object(
    'contact_id', v_row.contact_id, 'service_type', v_row.service_type, 'provider_id', v_row.provider_id,
    'earliest_date', v_row.earliest_date, 'latest_date', v_row.latest_date, 'windows', v_row.windows),
    'api', null, p_request_id);
  return jsonb_build_object('success', true, 'waitlist_id', v_row.id);
end $$;
grant execute on function app_private.join_waitlist to voxanne_tenant, voxanne_service, service_role;

-- Locks in the order of the booking functions: the hold's row, its provider, then what belongs to the waitlist.
create function app_private.lock_offer(p_org_id uuid, p_offer_id uuid) returns public.waitlist_offers
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_offer public.waitlist_offers;
begin
  select * into v_offer from public.waitlist_offers where org_id = p_org_id and id = p_offer_id;
  if v_offer.id is not null then
    perform app_private.lock_appointment(p_org_id, v_offer.hold_id);
    perform app_private.lock_providers(p_org_id, array[v_offer.provider_id]);
    select * into v_offer from public.waitlist_offers where org_id = p_org_id and id = p_offer_id for update;
  end if;
  return v_offer;
end $$;

create function app_private.leave_waitlist(
  p_org_id uuid, p_waitlist_id uuid, p_source text, p_actor_id text, p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_offer_id uuid;
  v_offer public.waitlist_offers;
  v_row public.waitlist;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('WAITLIST_ENTRY_NOT_FOUND', 'There is no such entry in the waitlist.');
  end if;
  select id into v_offer_id from public.waitlist_offers
    where org_id = p_org_id and waitlist_id = p_waitlist_id and status = 'open';
  if v_offer_id is not null then
    v_offer := app_private.lock_offer(p_org_id, v_offer_id);
  end if;
  select * into v_row from public.waitlist where org_id = p_org_id and id = p_waitlist_id for update;
  if v_row.id is null then
    return app_private.refusal('WAITLIST_ENTRY_NOT_FOUND', 'There is no such entry in the waitlist.');
  end if;
  if v_row.removed_at is null and v_row.appointment_id is null then
    update public.waitlist set removed_at = clock_timestamp() where org_id = p_org_id and id = p_waitlist_id;
    perform app_private.audit_waitlist(p_org_id, 'waitlist.removed', p_waitlist_id, '{}', p_source, p_actor_id, p_request_id);
    if v_offer.status = 'open' then
      -- Giving the hold back ends the offer and frees the time for the next one.
      perform public.release_hold_atomic(p_org_id, v_offer.hold_id, null, p_source, p_actor_id, null, p_request_id);
    end if;
  end if;
  return jsonb_build_object('success', true);
end $$;
grant execute on function app_private.leave_waitlist to voxanne_tenant, voxanne_service, service_role;

-- In the transaction of the hold: offer, audit row and the order to text it, or nothing of the three and no hold.
create function app_private.offer_slot(p_org_id uuid, p_waitlist_id uuid, p_hold_id uuid) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_entry public.waitlist;
  v_hold public.appointments;
  v_org public.organizations;
  v_phone text;
  v_id uuid;
begin
  if not app_private.may_act_for(p_org_id) then
    return null;
  end if;
  select * into v_entry from public.waitlist where org_id = p_org_id and id = p_waitlist_id
    and removed_at is null and appointment_id is null for update;
  select * into v_hold from public.appointments where org_id = p_org_id and id = p_hold_id and status = 'held';
  select phone into v_phone from public.leads where org_id = p_org_id and id = v_entry.contact_id;
  if v_entry.id is null or v_hold.id is null or v_phone is null then
    return null;
  end if;
  insert into public.waitlist_offers
      (org_id, waitlist_id, contact_id, hold_id, provider_id, scheduled_at, expires_at)
    values (p_org_id, v_entry.id, v_entry.contact_id, v_hold.id, v_hold.provider_id, v_hold.scheduled_at,
      v_hold.hold_expires_at)
    on conflict do nothing
    returning id into v_id;
  if v_id is null then
    return null;
  end if;
  select * into v_org from public.organizations where id = p_org_id;
  perform app_private.enqueue(p_org_id, 'message.waitlist_offer', v_id::text,
    jsonb_build_object('offer_id', v_id, 'to', v_phone, 'organization_name', v_org.name,
      'time_zone', v_org.time_zone, 'scheduled_at', v_hold.scheduled_at, 'expires_at', v_hold.hold_expires_at));
  perform app_private.audit_waitlist(p_org_id, 'waitlist.offered', v_entry.id, jsonb_build_object('offer_id', v_id,
    'scheduled_at', v_hold.scheduled_at, 'provider_id', v_hold.provider_id, 'expires_at', v_hold.hold_expires_at),
    'system', null, null);
  return v_id;
end $$;
grant execute on function app_private.offer_slot to voxanne_tenant, voxanne_service, service_role;

-- The patient's answer; true for the first one while the offer is open. The booking itself, or the end of the hold,
-- follows in the same transaction.
create function app_private.answer_offer(
  p_org_id uuid, p_offer_id uuid, p_answer text, p_actor_id text, p_request_id text
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_offer public.waitlist_offers;
begin
  if not app_private.may_act_for(p_org_id) or p_answer not in ('accepted', 'declined') then
    return false;
  end if;
  v_offer := app_private.lock_offer(p_org_id, p_offer_id);
  if v_offer.id is null or v_offer.status <> 'open' or v_offer.expires_at <= clock_timestamp() then
    return false;
  end if;
  update public.waitlist_offers set status = p_answer, decided_at = clock_timestamp()
    where org_id = p_org_id and id = p_offer_id;
  if p_answer = 'accepted' then
    update public.waitlist set appointment_id = v_offer.hold_id where org_id = p_org_id and id = v_offer.waitlist_id;
  end if;
  perform app_private.audit_waitlist(p_org_id, 'waitlist.offer_' || p_answer, v_offer.waitlist_id,
    jsonb_build_object('offer_id', p_offer_id, 'scheduled_at', v_offer.scheduled_at), 'patient', p_actor_id, p_request_id);
  return true;
end $$;
grant execute on function app_private.answer_offer to voxanne_tenant, voxanne_service, service_role;

-- 63_patient_links.sql

-- Patients' own links. A link is derived (appointment, version and a key of the deployment), so no table holds anything
-- that opens one; what is stored is that it was used, in the transaction of the change it was used for.

create table public.appointment_links (
  org_id uuid not null references public.organizations (id) on delete cascade,
  appointment_id uuid not null,
  version integer not null,
  made_version integer not null,
  action text not null check (action in ('moved', 'cancelled')),
  used_at timestamptz not null default clock_timestamp(),
  undone_at timestamptz,
  primary key (appointment_id, version),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade
);
comment on table public.appointment_links is
  'Which links were used, and for what. A link is good for one version of an appointment; the change makes the next version, which has a link of its own.';
comment on column public.appointment_links.version is 'Which the link named: the visible_version then.';
comment on column public.appointment_links.made_version is 'The version of the appointment that its change made.';
create index appointment_links_org_idx on public.appointment_links (org_id);
select app_private.protect('public.appointment_links');

create function app_private.spend_link(p_org_id uuid, p_appointment_id uuid, p_version integer, p_action text)
  returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.appointments;
begin
  if not app_private.may_act_for(p_org_id) then
    return false;
  end if;
  -- The row first, as everyone does who changes a time: the second of two clicks waits here, and then sees it.
  v_row := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_row.id is null or v_row.visible_version <> p_version then
    return false;
  end if;
  insert into public.appointment_links (org_id, appointment_id, version, action, made_version)
    values (p_org_id, p_appointment_id, p_version, p_action, v_row.version + 1)
    on conflict (appointment_id, version) do nothing;
  return found;
end $$;
comment on function app_private.spend_link is
  'True once for each version. Called first in the transaction of the change; a change that is refused rolls it back, and the link stays good.';
grant execute on function app_private.spend_link to voxanne_tenant, voxanne_service, service_role;

create function app_private.take_back_link(p_org_id uuid, p_appointment_id uuid, p_version integer)
  returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.appointments;
begin
  if not app_private.may_act_for(p_org_id) then
    return false;
  end if;
  v_row := app_private.lock_appointment(p_org_id, p_appointment_id);
  -- Whatever changed since is not this link's to undo.
  update public.appointment_links set undone_at = clock_timestamp()
    where org_id = p_org_id and appointment_id = p_appointment_id and version = p_version and undone_at is null
      and made_version = v_row.version;
  return found;
end $$;
comment on function app_private.take_back_link is
  'True where the last change was made by that link. Called first in the transaction of the undo.';
grant execute on function app_private.take_back_link to voxanne_tenant, voxanne_service, service_role;

-- 64_feeds.sql

-- A private calendar feed per provider. Anyone who has the address can read it, so only its hash is kept, and it can
-- be revoked or replaced at any time.

create table public.provider_feeds (
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid not null,
  token_hash bytea not null unique check (length(token_hash) = 32),
  created_at timestamptz not null default now(),
  primary key (org_id, provider_id),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade
);
comment on table public.provider_feeds is 'One address a provider; a new one ends the old one.';
select app_private.protect('public.provider_feeds');
grant insert (org_id, provider_id, token_hash),
  update (token_hash, created_at),
  delete
  on public.provider_feeds to voxanne_tenant;

-- 65_read_backs.sql

-- A change by voice is read back before it is made. The read-back is kept here, so that the server knows that it was:
-- a model that says "confirmed" without having asked changes nothing.

create table public.read_backs (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  appointment_id uuid not null,
  verb text not null check (verb in ('cancel', 'move')),
  -- A question is about an appointment at its time: one that was moved since is asked about again. Null in rows from
  -- before, which then confirm nothing.
  appointment_at timestamptz,
  -- What was read back: where it would be moved to, and to whom, if a provider was named.
  scheduled_at timestamptz,
  provider_name text check (length(provider_name) <= 400),
  call_id text not null check (length(call_id) <= 300),
  token_hash bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  used_at timestamptz,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  check ((verb = 'move') = (scheduled_at is not null))
);
comment on table public.read_backs is
  'Questions that were read to callers. One is good for one change, within its call or with its token.';
create index read_backs_appointment_idx on public.read_backs (org_id, appointment_id);
create index read_backs_call_idx on public.read_backs (org_id, call_id);
create index read_backs_old_idx on public.read_backs (created_at);
select app_private.protect('public.read_backs');
grant insert (org_id, appointment_id, verb, scheduled_at, provider_name, call_id, token_hash, appointment_at),
  update (used_at)
  on public.read_backs to voxanne_tenant;
grant update (used_at), delete on public.read_backs to voxanne_service;

-- 70_calls.sql

create table public.calls (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  vapi_call_id text not null,
  from_number text,
  to_number text,
  status text not null default 'ended'
    check (status in ('scheduled', 'queued', 'ringing', 'in-progress', 'forwarding', 'ended')),
  started_at timestamptz,
  ended_at timestamptz,
  ended_reason text,
  summary text,
  transcript text,
  created_at timestamptz not null default now(),
  unique (org_id, vapi_call_id)
);
comment on column public.calls.status is 'In the order of the check; it only goes forwards.';
create index calls_from_number_idx on public.calls (from_number) where from_number is not null;
select app_private.protect('public.calls');
grant insert, update on public.calls to voxanne_service;

-- A call is there from its first state on, so "ended" is no longer the same as "inserted". Its report may come after it
-- ended, and then the screens must look again.
create function app_private.call_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.org_id, 'call.ended', jsonb_build_object('call_id', new.id));
  return null;
end $$;

create constraint trigger calls_emit_event_on_insert after insert on public.calls
  deferrable initially deferred for each row
  when (new.status = 'ended') execute function app_private.call_changed();
create constraint trigger calls_emit_event after update on public.calls
  deferrable initially deferred for each row
  when (new.status = 'ended' and old.* is distinct from new.*) execute function app_private.call_changed();

-- 71_tasks.sql

-- What the people of a clinic have to do, such as calling back a patient who left a message on the phone.

create table public.tasks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  kind text not null default 'message' check (kind in ('message')),
  name text not null check (length(name) between 1 and 120),
  phone text not null check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  message text not null check (length(message) between 1 and 2000),
  urgent boolean not null default false,
  call_id text check (length(call_id) <= 200),
  repeat_key text not null,
  created_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,
  closed_by uuid,
  unique (org_id, id),
  unique (org_id, repeat_key),
  check (closed_at is not null or closed_by is null)
);
comment on table public.tasks is
  'What a patient asked the receptionist to pass on. Open until a person has taken care of it.';
comment on column public.tasks.repeat_key is
  'The call and what was said: a tool call that comes again leaves no second task.';
-- At most 500 of a clinic.
create index tasks_open_idx on public.tasks (org_id) where closed_at is null;
create index tasks_closed_idx on public.tasks (org_id, closed_at, id) where closed_at is not null;
create index tasks_old_idx on public.tasks (closed_at) where closed_at is not null;
create index tasks_call_idx on public.tasks (org_id, call_id);
select app_private.protect('public.tasks');
grant update (closed_at, closed_by) on public.tasks to voxanne_tenant;
-- For the clean-up, which locks a row before it removes it.
grant delete, update (closed_at) on public.tasks to voxanne_service;

create function app_private.task_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.org_id, 'task.updated', jsonb_build_object('task_id', new.id));
  return null;
end $$;

create constraint trigger tasks_emit_event after insert or update on public.tasks
  deferrable initially deferred for each row execute function app_private.task_changed();

-- Anyone can call: there is an end to what one call, and all calls together, may leave on the clinic's screen.
create function app_private.leave_task(
  p_org_id uuid, p_name text, p_phone text, p_message text, p_urgent boolean, p_call_id text, p_repeat_key text,
  p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.tasks;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  -- One at a time: of two copies that come together the second must find the first, and both must not be the last one.
  perform pg_advisory_xact_lock(hashtextextended('tasks:' || p_org_id::text, 0));
  select * into v_row from public.tasks where org_id = p_org_id and repeat_key = p_repeat_key;
  if v_row.id is not null then
    return jsonb_build_object('success', true, 'task_id', v_row.id, 'repeated', true);
  end if;
  if (select count(*) from (
      select from public.tasks where org_id = p_org_id and closed_at is null limit 500) as open) >= 500
    or (select count(*) from public.tasks where org_id = p_org_id and call_id = p_call_id) >= 5 then
    return app_private.refusal('TOO_MANY_MESSAGES',
      'No more messages can be taken now. Say that the clinic cannot take this one, and that the caller can reach the clinic during its opening hours.');
  end if;
  insert into public.tasks (org_id, name, phone, message, urgent, call_id, repeat_key)
    values (p_org_id, p_name, p_phone, p_message, p_urgent, p_call_id, p_repeat_key)
    returning * into v_row;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, 'agent', p_call_id, 'task.created', 'task', v_row.id,
      jsonb_build_object('kind', v_row.kind, 'urgent', v_row.urgent), p_request_id);
  return jsonb_build_object('success', true, 'task_id', v_row.id, 'repeated', false);
end $$;
comment on function app_private.leave_task is
  'Takes a message down, once for each call and wording. At most 5 of a call, and 500 that nobody has closed.';
grant execute on function app_private.leave_task to voxanne_tenant;

-- 72_messages.sql

-- Texts with their whole life.

create table public.messages (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  to_address text not null,
  from_address text,
  channel text not null default 'sms' check (channel in ('sms', 'whatsapp')),
  status text not null default 'queued' check (status in ('queued', 'sending', 'unknown', 'accepted', 'sent',
    'delivered', 'undelivered', 'failed', 'received')),
  body text not null,
  body_removed_at timestamptz,
  kind text not null,
  dedupe_key text not null,
  appointment_id uuid,
  by_answer boolean not null default false,
  attempts integer not null default 0,
  attempted_at timestamptz,
  provider_id text,
  error_code text,
  replaced_by uuid,
  informed_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, kind, dedupe_key),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id),
  constraint messages_replaced_by_fkey foreign key (org_id, replaced_by) references public.messages (org_id, id)
    deferrable initially deferred
);
comment on table public.messages is 'One row a text. (kind, dedupe_key) says which text it is; it can exist once.';
comment on column public.messages.status is
  'sending is committed before the provider is called; unknown: the provider may have taken it, ask before sending again.';
comment on column public.messages.body_removed_at is
  'Since when the body is empty, by the clinic''s message_retention_days.';
comment on column public.messages.by_answer is
  'The patient named this clinic when they were asked which one they mean.';
comment on column public.messages.replaced_by is 'The same text, sent again after this one was refused.';
comment on column public.messages.informed_at is 'When staff said that they called the patient instead.';
create unique index messages_provider_id_idx on public.messages (provider_id) where provider_id is not null;
create index messages_created_at_idx on public.messages (org_id, created_at desc, id desc);
create index messages_to_address_idx on public.messages (to_address, created_at desc);
create index messages_with_body_idx on public.messages (org_id, created_at) where body_removed_at is null;
create index messages_inbound_idx on public.messages (from_address, created_at) where kind = 'inbound';
create index messages_direct_idx on public.messages (org_id, created_at) where kind = 'direct';
-- Health asks for the texts that have not left every few seconds. They are few among millions, and must be found as few.
create index messages_open_idx on public.messages (org_id, created_at) where status in ('queued', 'sending', 'unknown');
create index messages_replaced_by_idx on public.messages (org_id, replaced_by) where replaced_by is not null;
create index messages_appointment_idx on public.messages (appointment_id, created_at desc) where appointment_id is not null;
create index messages_refused_idx on public.messages (org_id, created_at desc)
  where status in ('failed', 'undelivered') and informed_at is null and replaced_by is null;
select app_private.protect('public.messages');
grant insert, update on public.messages to voxanne_service;

create trigger messages_touch before update on public.messages
  for each row execute function app_private.touch_updated_at();

create table public.message_events (
  id bigint generated always as identity primary key,
  org_id uuid not null,
  message_id uuid not null,
  status text not null,
  detail text,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (org_id, message_id) references public.messages (org_id, id) on delete cascade
);
create index message_events_message_idx on public.message_events (message_id, id);
select app_private.protect('public.message_events');

create function app_private.message_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if tg_op = 'UPDATE' and new.status = old.status then
    return null;
  end if;
  insert into public.message_events (org_id, message_id, status, detail)
    values (new.org_id, new.id, new.status, new.error_code);
  perform app_private.emit(new.org_id, case when tg_op = 'INSERT' then 'message.created' else 'message.updated' end,
    jsonb_build_object('message_id', new.id, 'status', new.status, 'kind', new.kind));
  return null;
end $$;

create constraint trigger messages_emit_event after insert or update on public.messages
  deferrable initially deferred for each row execute function app_private.message_changed();

-- 73_senders.sql

-- A number from which one clinic texts, and no other: a text that comes in on it needs no question whose it is. It is a
-- number of the deployment's own Twilio account, so the operator gives it; a clinic cannot claim one.

create table public.senders (
  org_id uuid primary key references public.organizations (id) on delete cascade,
  address text not null unique check (address ~ '^\+[1-9][0-9]{6,14}$'),
  created_at timestamptz not null default now()
);
comment on table public.senders is
  'The number that a clinic alone texts from. Written by app_private.set_sender and remove_sender. Without a row: the sender of the deployment.';
select app_private.protect('public.senders');

-- A text that has not left leaves from where the clinic texts by then. What was said of it was said of the old sender.
create function app_private.change_open_sender(p_org_id uuid, p_before text, p_after text) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$
  update public.messages m set from_address = p_after, error_code = null
  where m.org_id = p_org_id and m.status = 'queued' and m.from_address is distinct from p_after
    and (p_before is null or m.from_address = p_before)
$$;

create function app_private.set_sender(p_org_id uuid, p_address text, p_shared text[]) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_before text;
begin
  if p_address = any (p_shared) then return 'SHARED'; end if;
  -- One at a time, so that a number that is given to two clinics at once is refused to one of them in words.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('public.senders', 0));
  perform 1 from public.organizations o where o.id = p_org_id for key share;
  if not found then return 'NO_CLINIC'; end if;
  if exists (select 1 from public.senders s where s.address = p_address and s.org_id <> p_org_id) then
    return 'TAKEN';
  end if;
  select s.address into v_before from public.senders s where s.org_id = p_org_id;
  if v_before = p_address then return 'SET'; end if;
  insert into public.senders (org_id, address) values (p_org_id, p_address)
    on conflict (org_id) do update set address = excluded.address, created_at = pg_catalog.now();
  perform app_private.change_open_sender(p_org_id, v_before, p_address);
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after)
    values (p_org_id, 'system', 'operator', 'sender.set', 'sender', p_address,
      case when v_before is not null then pg_catalog.jsonb_build_object('address', v_before) end,
      pg_catalog.jsonb_build_object('address', p_address));
  return 'SET';
end $$;
comment on function app_private.set_sender is
  'The operator gives a number to a clinic. p_shared: the numbers of the deployment, which belong to nobody alone.';
grant execute on function app_private.set_sender to voxanne_service;

create function app_private.remove_sender(p_address text) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org_id uuid;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('public.senders', 0));
  delete from public.senders s where s.address = p_address returning s.org_id into v_org_id;
  if v_org_id is null then return null; end if;
  perform app_private.change_open_sender(v_org_id, p_address, null);
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before)
    values (v_org_id, 'system', 'operator', 'sender.removed', 'sender', p_address,
      pg_catalog.jsonb_build_object('address', p_address));
  return v_org_id;
end $$;
grant execute on function app_private.remove_sender to voxanne_service;

-- 74_stopped_numbers.sql

-- Who has said STOP gets no text, and nobody promises them one. The carrier keeps what was said for each number that
-- texts leave from, so we do too: with a number that many clinics share, STOP ends the texts of all of them.

create table app_private.stopped_numbers (
  phone text not null,
  sender text not null,
  stopped boolean not null,
  said_at timestamptz not null,
  primary key (phone, sender)
);
comment on table app_private.stopped_numbers is
  'The last word of a person about texts from a number: STOP or START. Of no clinic; read by app_private.why_no_text alone.';
comment on column app_private.stopped_numbers.sender is
  'A number that one clinic alone texts from; shared: the sender of the deployment.';
comment on column app_private.stopped_numbers.said_at is
  'When it was said: what comes late, or is handled again, changes nothing that was said since.';
alter table app_private.stopped_numbers enable row level security;
alter table app_private.stopped_numbers force row level security;
create policy owner on app_private.stopped_numbers for all to current_user using (true) with check (true);

create function app_private.keep_word(
  p_phone text, p_sender text, p_is_shared boolean, p_stopped boolean, p_said_at timestamptz, p_only_lifts boolean
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_sender text := coalesce((select s.address from public.senders s where s.address = p_sender and not p_is_shared), 'shared');
  v_contact record;
begin
  if p_only_lifts and not exists (
    select 1 from app_private.stopped_numbers n where n.phone = p_phone and n.sender = v_sender and n.stopped) then
    return;
  end if;
  insert into app_private.stopped_numbers as n (phone, sender, stopped, said_at)
    values (p_phone, v_sender, p_stopped, p_said_at)
    on conflict (phone, sender) do update set stopped = excluded.stopped, said_at = excluded.said_at
      where n.said_at < excluded.said_at;
  if not found then
    return;
  end if;
  for v_contact in
    select l.org_id, l.id from public.leads l
    where l.phone = p_phone
      and coalesce((select s.address from public.senders s where s.org_id = l.org_id), 'shared') = v_sender
    order by l.org_id
  loop
    perform app_private.emit(v_contact.org_id, 'contact.updated', jsonb_build_object('contact_id', v_contact.id));
  end loop;
end $$;
comment on function app_private.keep_word is
  'STOP or START, from the person or as the carrier has it. p_only_lifts: a word such as YES, which means START to someone who has stopped and is a plain answer otherwise.';
grant execute on function app_private.keep_word to voxanne_service;

create function app_private.why_no_text(p_org_id uuid, p_phone text) returns text
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  if p_phone is null then
    return 'NO_PHONE';
  end if;
  if exists (
    select 1 from app_private.stopped_numbers n
    where n.phone = p_phone and n.stopped
      and n.sender = coalesce((select s.address from public.senders s where s.org_id = p_org_id), 'shared')) then
    return 'STOPPED';
  end if;
  -- By the carrier's last word about the number; our own verdicts say nothing of it.
  if (select m.error_code = any (array['21211', '21614', '30006']) from public.messages m
      where m.to_address = p_phone and m.org_id = p_org_id and m.kind <> 'inbound'
        and (m.status = 'delivered' or (m.status in ('failed', 'undelivered') and m.error_code ~ '^[0-9]{5}$'))
      order by m.created_at desc limit 1) then
    return 'CANNOT_RECEIVE';
  end if;
  return null;
end $$;
comment on function app_private.why_no_text is
  'The one place that decides whether a text may go to a number: null when it may. Asked before a text is promised, and again in the statement that claims it for sending.';
grant execute on function app_private.why_no_text to voxanne_tenant, voxanne_service;

-- 75_direct_texts.sql

-- Whom a clinic may text by hand, and how often. Only its contacts and its owner: the sender is one that the patients of
-- every clinic know. The rule and the limit are where the text is queued, so that people and their programs cannot go
-- without them; our own texts (confirmations, reminders) are written by voxanne_service and are not counted.

create function app_private.queue_direct_text(
    p_org_id uuid, p_to text, p_from text, p_body text, p_key text,
    p_new_days integer, p_new_per_hour integer, p_new_per_day integer, p_per_hour integer, p_per_day integer)
  returns table (outcome text, message_id uuid, retry_after_s integer)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org public.organizations;
  v_id uuid;
  v_is_new boolean;
  v_free_at timestamptz;
  v_why_not text;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  -- One at a time for each clinic: the count below holds, in however many processes.
  perform pg_advisory_xact_lock(hashtextextended('direct text:' || p_org_id::text, 0));
  select m.id into v_id from public.messages m where m.org_id = p_org_id and m.kind = 'direct' and m.dedupe_key = p_key;
  if found then
    return query select 'queued', v_id, null::integer;
    return;
  end if;
  select * into strict v_org from public.organizations o where o.id = p_org_id;
  if v_org.phone is distinct from p_to
    and not exists (select 1 from public.leads l where l.org_id = p_org_id and l.phone = p_to) then
    return query select 'NOT_A_CONTACT', null::uuid, null::integer;
    return;
  end if;
  v_why_not := app_private.why_no_text(p_org_id, p_to);
  if v_why_not is not null then
    return query select v_why_not, null::uuid, null::integer;
    return;
  end if;
  v_is_new := v_org.created_at > clock_timestamp() - p_new_days * interval '1 day';
  -- The window is full as long as its oldest text that counts has not left it.
  select max(w.free_at) into v_free_at from (
    (select m.created_at + interval '1 hour' as free_at from public.messages m
      where m.org_id = p_org_id and m.kind = 'direct' and m.created_at > clock_timestamp() - interval '1 hour'
      order by m.created_at desc offset case when v_is_new then p_new_per_hour else p_per_hour end - 1 limit 1)
    union all
    (select m.created_at + interval '1 day' from public.messages m
      where m.org_id = p_org_id and m.kind = 'direct' and m.created_at > clock_timestamp() - interval '1 day'
      order by m.created_at desc offset case when v_is_new then p_new_per_day else p_per_day end - 1 limit 1)) w;
  if v_free_at is not null then
    return query select 'TOO_MANY_TEXTS', null::uuid,
      greatest(1, ceil(extract(epoch from v_free_at - clock_timestamp())))::integer;
    return;
  end if;
  insert into public.messages (org_id, to_address, from_address, body, kind, dedupe_key, created_at)
    values (p_org_id, p_to, p_from, p_body, 'direct', p_key, clock_timestamp())
    returning id into v_id;
  insert into public.outbox (org_id, topic, key, payload)
    values (p_org_id, 'message.send', v_id::text, jsonb_build_object('message_id', v_id::text));
  return query select 'queued', v_id, null::integer;
end $$;
comment on function app_private.queue_direct_text is
  'The one way in which people and their programs queue a text. Our own texts, written by voxanne_service, pass by here: a confirmation is never lost to a limit.';
grant execute on function app_private.queue_direct_text to voxanne_tenant;

-- 76_refused_texts.sql

-- A text that the carrier or the phone refused is not done: its outgoing row says why, it can be sent again where that
-- can help, and a person can say that they called the patient instead.

create function app_private.why_not_again(p_message public.messages) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_to text := (p_message).to_address;
  v_appointment public.appointments;
begin
  if (p_message).kind = 'inbound' then
    return 'NOT_OURS';
  end if;
  if (p_message).status not in ('failed', 'undelivered') then
    return 'NOT_FAILED';
  end if;
  if (p_message).body = '' then
    return 'WORDS_REMOVED';
  end if;
  if (p_message).kind = 'waitlist_offer' then
    return 'OUT_OF_DATE';
  end if;
  if (p_message).kind in ('confirmation', 'cancellation') then
    select * into v_appointment from public.appointments a
      where a.org_id = (p_message).org_id and a.id = (p_message).appointment_id;
    if (p_message).dedupe_key is distinct from v_appointment.id || ':' || v_appointment.visible_version
      or v_appointment.scheduled_at <= clock_timestamp()
      or v_appointment.status <> (case (p_message).kind when 'cancellation' then 'cancelled' else 'confirmed' end) then
      return 'OUT_OF_DATE';
    end if;
    select l.phone into v_to from public.leads l
      where l.org_id = v_appointment.org_id and l.id = v_appointment.contact_id;
  end if;
  return app_private.why_no_text((p_message).org_id, v_to);
end $$;
comment on function app_private.why_not_again is 'Why a text cannot be sent again; null when it can.';
grant execute on function app_private.why_not_again to voxanne_tenant;

-- One answer to "may this text be sent again", for the screens and for the request that tries.
create function app_private.is_resendable(p_message public.messages) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case when (p_message).status in ('failed', 'undelivered') and (p_message).replaced_by is null
    then app_private.why_not_again(p_message) is null else false end
$$;
comment on function app_private.is_resendable is 'Whether app_private.resend_text would send a text of its own for this one.';
grant execute on function app_private.is_resendable to voxanne_tenant;

create function app_private.resend_text(p_org_id uuid, p_message_id uuid, p_request_id text)
  returns table (outcome text, message_id uuid)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_old public.messages;
  v_id uuid := gen_random_uuid();
  v_why_not text;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  -- The outgoing row before its text, as the owner's replay takes them.
  perform from public.outbox o
    where o.org_id = p_org_id and o.status in ('completed', 'failed', 'dead_letter') and (o.topic, o.key) in (
      select t.topic, t.key from public.messages m,
        lateral (values ('message.' || m.kind, m.dedupe_key), ('message.send', m.id::text)) as t (topic, key)
      where m.org_id = p_org_id and m.id = p_message_id)
    order by o.order_key nulls first, o.seq
    for update;
  select * into v_old from public.messages m where m.org_id = p_org_id and m.id = p_message_id for no key update;
  if not found then
    return query select 'NOT_FOUND', null::uuid;
    return;
  end if;
  if v_old.replaced_by is not null then
    -- A second click: the first one did it.
    return query select 'queued', v_old.replaced_by;
    return;
  end if;
  v_why_not := app_private.why_not_again(v_old);
  if v_why_not is not null then
    return query select v_why_not, null::uuid;
    return;
  end if;
  -- The new text takes the place of the old one, also for what looks for it by its key.
  update public.messages m set dedupe_key = m.dedupe_key || ':refused:' || m.id, replaced_by = v_id where m.id = v_old.id;
  insert into public.messages (id, org_id, to_address, from_address, channel, body, kind, dedupe_key, appointment_id)
    values (v_id, p_org_id,
      coalesce((select l.phone from public.appointments a join public.leads l on l.org_id = a.org_id and l.id = a.contact_id
        where a.org_id = p_org_id and a.id = v_old.appointment_id), v_old.to_address),
      coalesce((select s.address from public.senders s where s.org_id = p_org_id), v_old.from_address),
      v_old.channel, v_old.body, v_old.kind, v_old.dedupe_key, v_old.appointment_id);
  update public.outbox o set
      key = case o.topic when 'message.send' then v_id::text else o.key end,
      payload = case o.topic when 'message.send' then jsonb_build_object('message_id', v_id) else o.payload end,
      status = 'pending', attempts = 0, run_at = clock_timestamp(), replays = o.replays + 1, refused = false,
      error_message = null, completed_at = null, lease_token = null, lease_until = null
    where o.org_id = p_org_id and o.status in ('completed', 'failed', 'dead_letter')
      and (o.topic, o.key) in (('message.' || v_old.kind, v_old.dedupe_key), ('message.send', v_old.id::text));
  if not found then
    -- The row is gone, as rows that are done are after some days.
    insert into public.outbox (org_id, topic, key, payload)
      values (p_org_id, 'message.send', v_id::text, jsonb_build_object('message_id', v_id));
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (p_org_id, case when app_private.user_id() is null then 'system' else 'user' end, app_private.user_id()::text,
      'message.resent', 'message', v_old.id::text,
      jsonb_build_object('status', v_old.status, 'error_code', v_old.error_code),
      jsonb_build_object('message_id', v_id), p_request_id);
  perform pg_notify('voxanne_work', 'outbox');
  return query select 'queued', v_id;
end $$;
comment on function app_private.resend_text is
  'Sends a refused text again, as a text of its own, to the number that the patient has by now. Or says why not.';
grant execute on function app_private.resend_text to voxanne_tenant;

create function app_private.mark_informed(p_org_id uuid, p_message_id uuid, p_informed boolean, p_request_id text)
  returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_before timestamptz;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  select m.informed_at into v_before from public.messages m
    where m.org_id = p_org_id and m.id = p_message_id and m.kind <> 'inbound' for no key update;
  if not found then
    return false;
  end if;
  if (v_before is not null) = p_informed then
    return true;
  end if;
  update public.messages m set informed_at = case when p_informed then clock_timestamp() end where m.id = p_message_id;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, case when app_private.user_id() is null then 'system' else 'user' end, app_private.user_id()::text,
      'message.informed', 'message', p_message_id::text, jsonb_build_object('informed', p_informed), p_request_id);
  perform app_private.emit(p_org_id, 'message.updated', jsonb_build_object('message_id', p_message_id));
  return true;
end $$;
comment on function app_private.mark_informed is
  'Staff called the patient instead of the text, or take that back. False: the clinic has no such text.';
grant execute on function app_private.mark_informed to voxanne_tenant;

-- Each of the two ways to name a text has its index. A key that is no id, as an owner may have typed it, finds nothing.
create function app_private.text_of_outgoing(p_row public.outbox) returns public.messages
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_text public.messages;
begin
  if (p_row).topic = 'message.send' then
    if (p_row).key ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
      select * into v_text from public.messages m where m.org_id = (p_row).org_id and m.id = (p_row).key::uuid;
    end if;
  elsif (p_row).topic like 'message.%' then
    select * into v_text from public.messages m
      where m.org_id = (p_row).org_id and m.kind = substr((p_row).topic, 9) and m.dedupe_key = (p_row).key;
  end if;
  return v_text;
end $$;

create function app_private.why_not_outgoing(p_org_id uuid, p_id uuid) returns text
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.outbox;
  v_text public.messages;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  select * into v_row from public.outbox o where o.org_id = p_org_id and o.id = p_id;
  v_text := app_private.text_of_outgoing(v_row);
  -- One that has not been refused is tried again as any row is.
  if v_text.id is null or v_text.status not in ('failed', 'undelivered') then
    return null;
  end if;
  return app_private.why_not_again(v_text);
end $$;
comment on function app_private.why_not_outgoing is
  'Why the text of an outgoing row cannot be sent again; null when it can, and for rows that are about no text.';
grant execute on function app_private.why_not_outgoing to voxanne_tenant;

-- 77_inbound_texts.sql

-- Whose a text is that comes in on the number that many clinics share. A clinic gets it for a relation of the person
-- who wrote: a booking, a call, an earlier text of theirs. That a clinic has written to a number makes no relation,
-- and neither does a contact: any clinic can do both.
--
-- Which clinic a patient is shown first, when they are asked, is nothing that a clinic can arrange. A call is what the
-- clinic's own secret reports, and a booking what its staff enter: neither proves that the patient did anything.

create table app_private.held_texts (
  sid text primary key,
  patient text not null,
  receiver text not null,
  channel text not null check (channel in ('sms', 'whatsapp')),
  body text,
  received_at timestamptz not null default clock_timestamp()
);
comment on table app_private.held_texts is
  'Texts of people who have to do with several clinics, until they have said which one they mean. No clinic can read them.';
comment on column app_private.held_texts.body is
  'Null once the words were handed over, or were the answer to our question. The row stays so that a repeat is known.';
create index held_texts_waiting_idx on app_private.held_texts (patient, receiver, channel, received_at)
  where body is not null;
create index held_texts_received_at_idx on app_private.held_texts (received_at);

create table app_private.clinic_questions (
  id uuid primary key default gen_random_uuid(),
  patient text not null,
  receiver text not null,
  channel text not null check (channel in ('sms', 'whatsapp')),
  clinics uuid[] not null,
  names text[] not null default '{}',
  body text not null,
  status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'failed')),
  attempts integer not null default 0,
  attempted_at timestamptz,
  provider_id text,
  error_code text,
  asked_at timestamptz not null default clock_timestamp(),
  chosen_org_id uuid references public.organizations (id) on delete cascade,
  chosen_at timestamptz,
  unique (patient, receiver, channel),
  check ((chosen_org_id is null) = (chosen_at is null))
);
comment on table app_private.clinic_questions is
  'Which clinic do you mean? One row a person and number: the question, its answer, and until when the answer counts.';
comment on column app_private.clinic_questions.clinics is 'In the order of their numbers in the question.';
comment on column app_private.clinic_questions.status is
  'sending is committed before the provider is called: found so, the provider is asked before anything is sent again.';
comment on column app_private.clinic_questions.names is
  'As the clinics were called when the question was made: a clinic that is renamed since is not what the patient read.';
comment on column app_private.clinic_questions.error_code is 'Why the provider refused the last attempt.';
create index clinic_questions_asked_at_idx on app_private.clinic_questions (coalesce(chosen_at, asked_at));
create index clinic_questions_open_idx on app_private.clinic_questions (asked_at)
  where status in ('queued', 'sending');

select app_private.protect_shared('app_private.held_texts');
grant select, insert, update, delete on app_private.held_texts to voxanne_service;
select app_private.protect_shared('app_private.clinic_questions');
grant select, insert, update, delete on app_private.clinic_questions to voxanne_service;

create function app_private.clinics_of_patient(p_phone text)
  returns table (org_id uuid, name text, phone text, certainty integer)
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  with relation as (
    select a.org_id, 0 as certainty
      from public.leads l join public.appointments a on a.org_id = l.org_id and a.contact_id = l.id
      where l.phone = p_phone and a.status <> 'held'
    union all
    select w.org_id, 0
      from public.leads l join public.waitlist w on w.org_id = l.org_id and w.contact_id = l.id
      where l.phone = p_phone
    union all
    select c.org_id, 0 from public.calls c where c.from_number = p_phone
    union all
    select m.org_id, case when m.by_answer then 2 else 0 end from public.messages m
      where m.from_address = p_phone and m.kind = 'inbound'
    union all
    -- A link counts where the one text that holds it went to this phone: a contact's phone can be changed afterwards.
    select m.org_id, 1
      from public.messages m join public.appointment_links l on l.org_id = m.org_id
        and l.appointment_id = m.appointment_id and m.dedupe_key = l.appointment_id || ':' || l.version
      where m.to_address = p_phone and m.kind = 'confirmation' and m.provider_id is not null
    union all
    select m.org_id, 1
      from public.messages m join public.waitlist_offers o on o.org_id = m.org_id
        and o.id = case when m.kind = 'waitlist_offer' then m.dedupe_key::uuid end
      where m.to_address = p_phone and m.provider_id is not null and o.status in ('accepted', 'declined')
  )
  select r.org_id, o.name, v.details ->> 'phone_number', max(r.certainty)
  from relation r
    join public.organizations o on o.id = r.org_id
    left join public.connections v on v.org_id = r.org_id and v.provider = 'vapi'
  group by r.org_id, o.name, v.details ->> 'phone_number'
$$;
comment on function app_private.clinics_of_patient is
  'The clinics that a person has to do with, in no order. certainty: 2 the person named the clinic when they were asked, 1 they used a link that was texted to them, 0 what a clinic can make up by itself.';
grant execute on function app_private.clinics_of_patient to voxanne_service, service_role;

create function app_private.clinics_of_text(p_patient text, p_receiver text, p_is_shared boolean)
  returns table (org_id uuid, name text, phone text, certainty integer)
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  with owner as materialized (
    select s.org_id from public.senders s where s.address = p_receiver and not p_is_shared),
  wrote as materialized (
    -- A number that changed hands, or that a messaging service chose: the person may be answering another clinic.
    select distinct m.org_id from public.messages m
    where m.to_address = p_patient and m.kind <> 'inbound' and m.status not in ('queued', 'failed')
      and (m.from_address = p_receiver or (m.from_address is null and not exists (select 1 from owner)))),
  person as materialized (
    select p.org_id, p.name, p.phone, p.certainty,
      p.org_id in (select w.org_id from wrote w) or case when exists (select 1 from owner)
        then p.org_id in (select o.org_id from owner o)
        else not exists (select 1 from public.senders s where s.org_id = p.org_id) end as writes_from_here
    from app_private.clinics_of_patient(p_patient) p)
  select p.org_id, p.name, p.phone, p.certainty from person p
  where p.writes_from_here
    -- On the number of many, of a person whose clinics all have numbers of their own.
    or (not exists (select 1 from owner) and not exists (select 1 from person here where here.writes_from_here))
$$;
comment on function app_private.clinics_of_text is
  'Whose a text may be: of the clinics that a person has to do with, those that text from the number written to. One: it is that one''s. Several: the person is asked. None: nobody''s. In no order.';
grant execute on function app_private.clinics_of_text to voxanne_service;

-- 78_replay.sql

-- What an owner does with the two queues: sends back into them what was given up, or waits for its next try. A webhook can
-- be replayed after it was completed, too: what it did is not done twice. A row that was not finished is left alone and
-- not returned. The audit rows commit with it.
create function app_private.replay(p_queue text, p_ids uuid[], p_request_id text) returns setof uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org uuid := app_private.org_id();
  v_actor uuid := app_private.user_id();
  v_is_outbox boolean := p_queue = 'outbox';
  v_statuses text[] := case p_queue when 'outbox' then array['failed', 'dead_letter']
    else array['completed', 'failed', 'dead_letter'] end;
  v_id uuid;
  v_before jsonb;
  v_text public.messages;
begin
  if p_queue is null or p_queue not in ('outbox', 'webhook_delivery_log') then
    raise exception 'there is no queue of that name' using errcode = 'invalid_parameter_value';
  end if;
  if v_org is null or not exists (
    select 1 from public.profiles p where p.user_id = v_actor and p.org_id = v_org and p.role = 'owner'
  ) then
    raise exception 'only an owner replays' using errcode = 'insufficient_privilege';
  end if;
  -- Rows of one key queue up in the order in which they came; two replays at once take the keys in one order.
  for v_id in execute format(
    'select id from public.%I where id = any ($1) and org_id = $2 order by order_key nulls first, seq', p_queue)
    using p_ids, v_org
  loop
    execute format('select to_jsonb(q) from public.%I q where id = $1 and status = any ($2) for update', p_queue)
      into v_before using v_id, v_statuses;
    continue when v_before is null;
    v_text := case when v_is_outbox
      then app_private.text_of_outgoing(jsonb_populate_record(null::public.outbox, v_before)) end;
    if v_text.status in ('failed', 'undelivered') then
      -- The row alone would find its text refused and end as it did.
      continue when not exists (
        select 1 from app_private.resend_text(v_org, v_text.id, p_request_id) r where r.outcome = 'queued');
    else
      execute format(
        'update public.%I set status = ''pending'', attempts = 0, run_at = now(), replays = replays + 1, %s
           completed_at = null, error_message = null, lease_token = null, lease_until = null where id = $1',
        p_queue, case when v_is_outbox then 'refused = false,' end) using v_id;
    end if;
    insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
      values (v_org, 'user', v_actor::text,
        case when v_is_outbox then 'outgoing.replayed' else 'delivery.replayed' end,
        case when v_is_outbox then 'outgoing' else 'webhook_delivery' end, v_id::text,
        jsonb_strip_nulls(jsonb_build_object('topic', v_before -> 'topic', 'status', v_before -> 'status',
          'attempts', v_before -> 'attempts', 'replays', v_before -> 'replays')),
        jsonb_build_object('status', 'pending', 'attempts', 0, 'replays', (v_before ->> 'replays')::integer + 1),
        p_request_id);
    return next v_id;
  end loop;
  if found then
    perform pg_notify('voxanne_work', p_queue);
  end if;
end $$;
comment on function app_private.replay is
  'p_queue: outbox or webhook_delivery_log. Returns the ids that were sent back into the queue.';
grant execute on function app_private.replay to voxanne_tenant;

-- 80_circuit_breakers.sql

-- What processes tell each other about circuit breakers, and what a restarted one must not have forgotten.
--
-- A healthy service has no row. Time is this server's clock alone; processes exchange what is left in milliseconds,
-- because their clocks differ. Every function is one transaction and takes one lock, that of its service, so that no
-- two of them wait for each other. `node` names a process; `id` is ["key", service, key] or ["service", service] as
-- JSON text, which tells a call without a key from one with an empty key.

create table app_private.circuit_breakers (
  id text primary key,
  open_until timestamptz,
  failures integer not null default 0,
  kind text,
  message text,
  last_token bigint,
  lease_until timestamptz,
  forget_at timestamptz not null
);
comment on table app_private.circuit_breakers is
  'Breakers that are open, or whose probe is under way. A closed one has no row.';
comment on column app_private.circuit_breakers.open_until is
  'From then on one probe at a time may pass; the row stays until a probe closes the breaker.';
comment on column app_private.circuit_breakers.last_token is
  'Fences the verdict of a probe whose lease another process has now.';
comment on column app_private.circuit_breakers.forget_at is
  'Nobody probed for long: the row goes, and the next call finds out.';
create index circuit_breakers_forget_at_idx on app_private.circuit_breakers (forget_at);

create table app_private.circuit_breaker_failures (
  id text not null,
  node text not null,
  service_id text not null,
  failures integer not null,
  counted_until timestamptz not null,
  failed_at timestamptz not null,
  forget_at timestamptz not null,
  primary key (id, node)
);
comment on table app_private.circuit_breaker_failures is
  'Failed calls since the last success, for each key and process.';
comment on column app_private.circuit_breaker_failures.counted_until is
  'Failures in a row are forgotten when the newest of all processes is older.';
comment on column app_private.circuit_breaker_failures.failed_at is
  'So many keys that fail at the same time mean the service itself.';
create index circuit_breaker_failures_service_idx on app_private.circuit_breaker_failures (service_id, failed_at);
create index circuit_breaker_failures_forget_at_idx on app_private.circuit_breaker_failures (forget_at);

create sequence app_private.circuit_breaker_tokens;

select app_private.protect_shared('app_private.circuit_breakers');
grant select, insert, update, delete on app_private.circuit_breakers to voxanne_service;
select app_private.protect_shared('app_private.circuit_breaker_failures');
grant select, insert, update, delete on app_private.circuit_breaker_failures to voxanne_service;
grant usage on sequence app_private.circuit_breaker_tokens to voxanne_service;

create function app_private.breaker_lock(p_service_id text) returns timestamptz
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('breaker:' || p_service_id, 0));
  -- Not now(), which is when the transaction began: before the wait.
  return clock_timestamp();
end $$;
grant execute on function app_private.breaker_lock to voxanne_service;

create function app_private.breaker_is_fenced(p_id text, p_token bigint) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select p_token is not null
    and not exists (select from app_private.circuit_breakers where id = p_id and last_token = p_token)
$$;
grant execute on function app_private.breaker_is_fenced to voxanne_service;

create function app_private.breaker_is_open(p_id text, p_now timestamptz) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select exists (select from app_private.circuit_breakers
    where id = p_id and open_until is not null and forget_at > p_now)
$$;
grant execute on function app_private.breaker_is_open to voxanne_service;

create function app_private.breaker_set_open(
  p_node text, p_id text, p_now timestamptz, p_for_ms double precision, p_failures integer, p_kind text, p_message text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_ms double precision := greatest(p_for_ms, 1);
  v_until timestamptz := p_now + v_ms * interval '1 millisecond';
begin
  insert into app_private.circuit_breakers as b (id, open_until, failures, kind, message, forget_at)
    values (p_id, v_until, p_failures, p_kind, p_message,
      v_until + greatest(10 * v_ms, 600000) * interval '1 millisecond')
    on conflict (id) do update set open_until = excluded.open_until, failures = excluded.failures,
      kind = excluded.kind, message = excluded.message, forget_at = excluded.forget_at, lease_until = null;
  update app_private.circuit_breaker_failures set failures = 0 where id = p_id;
  delete from app_private.circuit_breaker_failures where service_id = p_id;
  perform pg_catalog.pg_notify('voxanne_breakers', json_build_object('node', p_node, 'type', 'open', 'id', p_id,
    'remainingMs', v_ms, 'failures', p_failures, 'kind', p_kind, 'message', p_message)::text);
end $$;
grant execute on function app_private.breaker_set_open to voxanne_service;

create function app_private.breaker_failed(
  p_node text, p_id text, p_service_id text, p_failures integer, p_max_age_ms double precision,
  p_cooldown_ms double precision, p_service_keys integer, p_within_ms double precision, p_quorum integer,
  p_kind text, p_message text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_now timestamptz := app_private.breaker_lock(p_service_id);
  v_open boolean := app_private.breaker_is_open(p_id, v_now);
  v_count integer;
  v_nodes integer;
begin
  update app_private.circuit_breaker_failures set failures = 0 where id = p_id and not exists (
    select from app_private.circuit_breaker_failures where id = p_id and counted_until > v_now);
  insert into app_private.circuit_breaker_failures as f
      (id, node, service_id, failures, counted_until, failed_at, forget_at)
    values (p_id, p_node, p_service_id, case when v_open then 0 else 1 end,
      v_now + p_max_age_ms * interval '1 millisecond', v_now,
      v_now + greatest(p_max_age_ms, p_within_ms) * interval '1 millisecond')
    on conflict (id, node) do update set failures = f.failures + excluded.failures,
      counted_until = excluded.counted_until, failed_at = excluded.failed_at, forget_at = excluded.forget_at;
  select sum(failures), count(*) filter (where failures > 0) into v_count, v_nodes
    from app_private.circuit_breaker_failures where id = p_id;
  if not v_open and v_count >= p_failures and v_nodes >= p_quorum then
    perform app_private.breaker_set_open(p_node, p_id, v_now, p_cooldown_ms, v_count, p_kind, p_message);
  end if;
  if app_private.breaker_is_open(p_service_id, v_now) then
    return;
  end if;
  select count(distinct id), count(distinct node) into v_count, v_nodes
    from app_private.circuit_breaker_failures
    where service_id = p_service_id and failed_at > v_now - p_within_ms * interval '1 millisecond';
  if v_count >= p_service_keys and v_nodes >= p_quorum then
    perform app_private.breaker_set_open(p_node, p_service_id, v_now, p_cooldown_ms, v_count, p_kind, p_message);
  end if;
end $$;
comment on function app_private.breaker_failed is
  'Counts one failed call over all processes, and opens the key or the service when that makes enough.';
grant execute on function app_private.breaker_failed to voxanne_service;

create function app_private.breaker_recovered(p_id text, p_service_id text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.breaker_lock(p_service_id);
  delete from app_private.circuit_breaker_failures where id = p_id;
end $$;
grant execute on function app_private.breaker_recovered to voxanne_service;

create function app_private.breaker_opened(
  p_node text, p_id text, p_service_id text, p_token bigint, p_for_ms double precision, p_failures integer,
  p_kind text, p_message text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare v_now timestamptz := app_private.breaker_lock(p_service_id);
begin
  if not app_private.breaker_is_fenced(p_id, p_token) then
    perform app_private.breaker_set_open(p_node, p_id, v_now, p_for_ms, p_failures, p_kind, p_message);
  end if;
end $$;
grant execute on function app_private.breaker_opened to voxanne_service;

create function app_private.breaker_closed(p_node text, p_id text, p_service_id text, p_token bigint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.breaker_lock(p_service_id);
  if app_private.breaker_is_fenced(p_id, p_token) then
    return;
  end if;
  delete from app_private.circuit_breakers where id = p_id;
  delete from app_private.circuit_breaker_failures where id = p_id or service_id = p_id;
  perform pg_catalog.pg_notify('voxanne_breakers',
    json_build_object('node', p_node, 'type', 'close', 'id', p_id)::text);
end $$;
grant execute on function app_private.breaker_closed to voxanne_service;

create function app_private.breaker_take_probe(
  p_id text, p_service_id text, p_lease_ms double precision, out token bigint, out wait_ms double precision)
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_now timestamptz := app_private.breaker_lock(p_service_id);
  v_free timestamptz;
begin
  delete from app_private.circuit_breakers where id = p_id and forget_at <= v_now;
  select greatest(open_until, lease_until) into v_free from app_private.circuit_breakers where id = p_id;
  if v_free > v_now then
    wait_ms := extract(epoch from v_free - v_now) * 1000;
    return;
  end if;
  token := nextval('app_private.circuit_breaker_tokens');
  insert into app_private.circuit_breakers as b (id, last_token, lease_until, forget_at)
    values (p_id, token, v_now + p_lease_ms * interval '1 millisecond',
      v_now + (p_lease_ms + 600000) * interval '1 millisecond')
    on conflict (id) do update set last_token = excluded.last_token, lease_until = excluded.lease_until,
      forget_at = greatest(b.forget_at, excluded.forget_at);
end $$;
comment on function app_private.breaker_take_probe is
  'One probe at a time over all processes, and none before the breaker''s time: a token, or how long to wait.';
grant execute on function app_private.breaker_take_probe to voxanne_service;

create function app_private.breaker_release_probe(p_id text, p_service_id text, p_token bigint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.breaker_lock(p_service_id);
  update app_private.circuit_breakers set lease_until = null where id = p_id and last_token = p_token;
  delete from app_private.circuit_breakers where id = p_id and last_token = p_token and open_until is null;
end $$;
grant execute on function app_private.breaker_release_probe to voxanne_service;

create function app_private.breakers_open()
  returns table (id text, remaining_ms double precision, failures integer, kind text, message text)
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare v_now timestamptz := clock_timestamp();
begin
  -- Skips what is locked: a sweep that never waits cannot be part of a deadlock.
  delete from app_private.circuit_breakers b where b.ctid = any (array(
    select o.ctid from app_private.circuit_breakers o where o.forget_at <= v_now for update skip locked));
  delete from app_private.circuit_breaker_failures f where f.ctid = any (array(
    select o.ctid from app_private.circuit_breaker_failures o where o.forget_at <= v_now for update skip locked));
  return query select b.id, greatest(extract(epoch from b.open_until - v_now) * 1000, 0)::double precision,
      b.failures, b.kind, b.message
    from app_private.circuit_breakers b where b.open_until is not null and b.forget_at > v_now;
end $$;
comment on function app_private.breakers_open is
  'What every process reads at its start and now and then, in case news was lost. Sweeps what is to be forgotten.';
grant execute on function app_private.breakers_open to voxanne_service;

-- 81_scheduled_jobs.sql

-- What is removed after a while is removed by one worker at a time, which holds a lease. The audit log stays forever.

create table app_private.scheduled_jobs (
  name text primary key,
  last_run_at timestamptz,
  lease_token uuid,
  lease_until timestamptz,
  last_result jsonb
);
comment on table app_private.scheduled_jobs is
  'Jobs by the clock, run by one process however many there are. A lease that ran out belongs to a process that died.';
comment on column app_private.scheduled_jobs.last_run_at is
  'When the last run began that came to its end. One that was cut off or failed is caught up.';
select app_private.protect_shared('app_private.scheduled_jobs');
grant select, insert, update on app_private.scheduled_jobs to voxanne_service;
