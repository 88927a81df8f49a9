-- What decides about a time besides other appointments: who offers a service, pauses, absences, and what a linked
-- calendar says. Times of a clinic's rules are its wall clock, so that they survive a change of its time zone.

alter table public.providers
  add column breaks jsonb not null default '{}',
  add column deleted_at timestamptz;
comment on column public.providers.breaks is 'As working_hours: the parts of a day in which nobody is booked.';
comment on column public.providers.deleted_at is 'Gone from every list; its appointments remain.';
grant insert (org_id, name, working_hours, breaks, active),
  update (name, working_hours, breaks, active, deleted_at) on public.providers to authenticated;

alter table public.services
  add column deleted_at timestamptz,
  add constraint services_org_id_id_key unique (org_id, id);
comment on column public.services.deleted_at is 'Gone from every list; its slug stays taken, because appointments carry it.';
grant insert (org_id, name, slug, duration_minutes, active), update (name, duration_minutes, active, deleted_at)
  on public.services to authenticated;

create table public.service_providers (
  org_id uuid not null references public.organizations (id) on delete cascade,
  service_id uuid not null,
  provider_id uuid not null,
  primary key (service_id, provider_id),
  foreign key (org_id, service_id) references public.services (org_id, id) on delete cascade,
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade
);
comment on table public.service_providers is 'Who offers a service. A service without a row is offered by everybody.';
create index service_providers_org_idx on public.service_providers (org_id);
select app_private.protect('public.service_providers');
grant insert, delete on public.service_providers to authenticated;

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
comment on table public.time_off is 'A holiday of the clinic (no provider) or the absence of one provider, by the clinic''s wall clock; ends_local is not included.';
create index time_off_org_idx on public.time_off (org_id, ends_local);
create trigger touch before update on public.time_off
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.time_off');
grant insert, delete, update (provider_id, title, starts_local, ends_local) on public.time_off to authenticated;

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
comment on table public.busy_blocks is 'What a linked calendar says is taken by something that is not ours. Written by the calendar sync alone.';
create index busy_blocks_busy_idx on public.busy_blocks (org_id, busy_from) include (provider_id, busy_to);
create index busy_blocks_provider_idx on public.busy_blocks (org_id, provider_id, busy_from);
create trigger touch before update on public.busy_blocks
  for each row execute function app_private.touch_updated_at();
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
create trigger touch before update on public.calendar_mirrors
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.calendar_mirrors');
grant insert, update, delete on public.calendar_mirrors to voxanne_service;

grant update (calendar_policy) on public.organizations to authenticated;
