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
  using (org_id = (select app_private.org_id_with_right('schedule.read')));
select app_private.protect_changes('public.providers', 'settings.edit');

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
  using (org_id = (select app_private.org_id_with_right('schedule.read')));
select app_private.protect_changes('public.services', 'settings.edit');

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
  using (org_id = (select app_private.org_id_with_right('schedule.read')));
select app_private.protect_changes('public.service_providers', 'settings.edit');

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
  using (org_id = (select app_private.org_id_with_right('schedule.read')));
select app_private.protect_changes('public.time_off', 'settings.edit');

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
