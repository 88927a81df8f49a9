-- A clinic, its people, what happened to it, and the live events its screens follow.

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(name) between 1 and 120),
  phone text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  time_zone text not null default 'UTC',
  country text not null default 'US' check (country ~ '^[A-Z]{2}$'),
  booking_horizon_days integer not null default 365 check (booking_horizon_days between 1 and 1095),
  calendar_policy text not null default 'internal_only' check (calendar_policy in ('internal_only', 'closed')),
  system_ready_queued_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.organizations is 'One clinic. Its time zone decides what "9 in the morning" means.';
comment on column public.organizations.phone is 'The owner''s phone in E.164; the "system ready" text goes there.';
comment on column public.organizations.system_ready_queued_at is 'Set once, with the outbox row of the text.';
create trigger touch before update on public.organizations
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.organizations', 'id');
grant update (name, phone, time_zone, country) on public.organizations to authenticated;

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
  reason text,
  request_id text,
  created_at timestamptz not null default now()
);
comment on table public.audit_log is 'Append-only. No foreign key: it outlives what it tells about.';
create index audit_log_org_id_idx on public.audit_log (org_id, id desc);
select app_private.protect('public.audit_log');
grant insert on public.audit_log to authenticated, voxanne_service;
revoke update, delete, truncate on public.audit_log from service_role;

create function app_private.audit_log_is_append_only() returns trigger
  language plpgsql set search_path = ''
  as $$
begin
  raise exception 'audit_log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on public.audit_log
  for each statement execute function app_private.audit_log_is_append_only();

create table public.events (
  id bigint generated always as identity primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  type text not null,
  data jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.events is 'What GET /api/events replays after Last-Event-ID. Carries ids and states, no patient data.';
create index events_org_id_idx on public.events (org_id, id);
select app_private.protect('public.events');

create function app_private.emit(p_org_id uuid, p_type text, p_data jsonb) returns void
  language plpgsql security definer set search_path = ''
  as $$
begin
  -- Ids must become visible in order, or a reader that resumes after id N misses a smaller one that commits
  -- later. The lock lives until commit, and every emit stands at the end of its transaction.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('events:' || p_org_id::text, 0));
  insert into public.events (org_id, type, data) values (p_org_id, p_type, p_data);
  perform pg_catalog.pg_notify('voxanne_events', p_org_id::text);
end $$;
revoke execute on function app_private.emit from public;
-- Not to authenticated: it would write into any clinic's stream. The triggers call it as the owner.
grant execute on function app_private.emit to voxanne_service, service_role;

create function app_private.organization_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  perform app_private.emit(new.id, 'organization.updated', '{}');
  return null;
end $$;
create trigger changed after update of name, phone, time_zone, country on public.organizations
  for each row execute function app_private.organization_changed();
