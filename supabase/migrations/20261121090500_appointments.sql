-- The promise: one slot, one appointment.

create table public.appointments (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid not null,
  contact_id uuid not null,
  service_type text not null check (length(service_type) between 1 and 80),
  scheduled_at timestamptz not null,
  duration_minutes integer not null check (duration_minutes between 5 and 480),
  busy_from timestamptz not null,
  busy_to timestamptz not null,
  status text not null default 'confirmed'
    check (status in ('pending', 'held', 'confirmed', 'arrived', 'completed', 'cancelled', 'no_show')),
  notes text check (length(notes) <= 2000),
  source text not null default 'api' check (source in ('api', 'dashboard', 'voice')),
  call_id text,
  calendar_event_id text,
  calendar_generation integer not null default 1,
  sync_state text not null default 'not_linked' check (sync_state in ('not_linked', 'pending', 'synced', 'error')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  foreign key (org_id, provider_id) references public.providers (org_id, id),
  foreign key (org_id, contact_id) references public.leads (org_id, id),
  check (busy_from <= scheduled_at and busy_to >= scheduled_at + make_interval(mins => duration_minutes)),
  -- The net below the lock: whoever writes, and whatever they forgot, two occupying rows cannot overlap.
  constraint appointments_no_overlap exclude using gist (
    org_id with =, provider_id with =, tstzrange(busy_from, busy_to) with &&
  ) where (status in ('pending', 'held', 'confirmed', 'arrived'))
);
comment on column public.appointments.busy_from is 'Stored, not generated: timestamptz arithmetic is not immutable.';
comment on column public.appointments.calendar_generation is 'Google keeps the id of a deleted event; the next one gets a new generation.';
create index appointments_busy_idx on public.appointments (org_id, busy_from) include (provider_id, busy_to)
  where status in ('pending', 'held', 'confirmed', 'arrived');
create index appointments_scheduled_idx on public.appointments (org_id, scheduled_at, id);
create index appointments_contact_idx on public.appointments (org_id, contact_id);
create index appointments_call_idx on public.appointments (org_id, call_id) where call_id is not null;
create trigger touch before update on public.appointments
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.appointments');
-- Time is changed by the functions below only; the calendar's bookkeeping is the worker's.
grant update (calendar_event_id, calendar_generation, sync_state) on public.appointments to voxanne_service;

create function app_private.appointment_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  perform app_private.emit(new.org_id,
    case when tg_op = 'INSERT' then 'appointment.booked' else 'appointment.updated' end,
    jsonb_build_object('appointment_id', new.id, 'status', new.status, 'sync_state', new.sync_state));
  return null;
end $$;
create trigger changed after insert or update on public.appointments
  for each row execute function app_private.appointment_changed();

create function app_private.booking_refused(p_error text, p_message text) returns jsonb
  language sql immutable set search_path = ''
  as $$ select jsonb_build_object('success', false, 'error', p_error, 'message', p_message) $$;

-- A definer function that looks into another organization must not tell it apart from one that does not exist.
create function app_private.may_act_for(p_org_id uuid) returns boolean
  language sql stable set search_path = ''
  as $$
  select case
    when app_private.claims() is null then true
    when app_private.claims() ->> 'role' = 'service_role' then true
    else app_private.org_id() is not distinct from p_org_id
  end
$$;

create function app_private.lock_provider(p_org_id uuid, p_provider_id uuid) returns void
  language sql set search_path = ''
  as $$ select pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtextextended(p_org_id::text || ':' || p_provider_id::text, 0)) $$;

-- Locks every candidate in the order of its id (two callers can never wait for each other in a circle), then
-- reads: who is free, the least booked that day first.
create function app_private.take_free_provider(p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz)
  returns uuid
  language plpgsql set search_path = ''
  as $$
declare
  v_candidates uuid[];
  v_candidate uuid;
begin
  select array_agg(p.id order by p.id) into v_candidates from public.providers p
    where p.org_id = p_org_id and p.active and (p_provider_id is null or p.id = p_provider_id);
  foreach v_candidate in array coalesce(v_candidates, '{}') loop
    perform app_private.lock_provider(p_org_id, v_candidate);
  end loop;
  return (
    select c.id from unnest(v_candidates) as c (id)
    where not exists (
      select 1 from public.appointments a
      where a.org_id = p_org_id and a.provider_id = c.id
        and a.status in ('pending', 'held', 'confirmed', 'arrived')
        -- No appointment is longer than a day; without a lower bound the scan grows with the clinic's history.
        and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from)
    order by (
      select count(*) from public.appointments a
      where a.org_id = p_org_id and a.provider_id = c.id
        and a.status in ('pending', 'held', 'confirmed', 'arrived')
        and a.busy_from >= p_from - interval '12 hours' and a.busy_from < p_from + interval '12 hours'), c.id
    limit 1);
end $$;

create function app_private.upsert_contact(p_org_id uuid, p_name text, p_phone text, p_email text) returns uuid
  language sql set search_path = ''
  as $$
  insert into public.leads as l (org_id, name, phone, email) values (p_org_id, p_name, p_phone, p_email)
  on conflict (org_id, phone, name_key) do update set email = coalesce(l.email, excluded.email)
  returning id
$$;
comment on function app_private.upsert_contact is 'Fills blanks, overwrites nothing: a voice may mishear what staff typed.';
revoke execute on function app_private.appointment_changed, app_private.booking_refused, app_private.may_act_for,
  app_private.lock_provider, app_private.take_free_provider, app_private.upsert_contact from public;
