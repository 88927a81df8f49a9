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
  using (org_id = (select app_private.org_id_with_right('appointments.read')));

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
