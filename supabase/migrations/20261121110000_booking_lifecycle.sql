-- The life of an appointment: what its states mean, which may follow which, and the pieces that the functions of
-- the one door (20261121110100) share. Nothing here can be called from outside.
--
-- Order of locks, for everything that changes a time: the appointment's row, the providers by id, the clinic's
-- event stream (by the trigger), the order of the outbox. Whoever keeps to it can never wait in a circle.

alter table public.services
  add column buffer_before_minutes integer not null default 0 check (buffer_before_minutes between 0 and 120),
  add column buffer_after_minutes integer not null default 0 check (buffer_after_minutes between 0 and 120),
  add column capacity integer not null default 1 check (capacity between 1 and 100),
  add column min_notice_minutes integer not null default 0 check (min_notice_minutes between 0 and 43200),
  add column horizon_days integer check (horizon_days between 1 and 1095),
  add column slot_step_minutes integer not null default 15 check (slot_step_minutes between 5 and 240);
grant insert (buffer_before_minutes, buffer_after_minutes, capacity, min_notice_minutes, horizon_days, slot_step_minutes),
  update (buffer_before_minutes, buffer_after_minutes, capacity, min_notice_minutes, horizon_days, slot_step_minutes)
  on public.services to authenticated;
comment on column public.services.buffer_before_minutes is 'Kept free before the appointment; inside busy_from, so that the constraint knows it too.';
comment on column public.services.capacity is 'How many patients share one session (a class, a group). 1: nobody shares.';
comment on column public.services.horizon_days is 'How far ahead it can be booked; null means as far as the clinic allows.';

alter table public.appointments
  alter column contact_id drop not null,
  add column hold_expires_at timestamptz,
  add column session_id uuid not null default gen_random_uuid(),
  add column seat integer check (seat between 1 and 100),
  add column overbooked boolean not null default false,
  add column semantic_key text,
  add column undoable jsonb,
  add column undo_until timestamptz,
  add constraint appointments_contact_check check (contact_id is not null or hold_expires_at is not null),
  drop constraint appointments_source_check,
  add constraint appointments_source_check check (source in ('api', 'dashboard', 'voice', 'patient', 'system'));
comment on column public.appointments.contact_id is 'Null only for a hold that is not yet for anybody.';
comment on column public.appointments.hold_expires_at is 'When a hold stops blocking. An expired hold is passed over by every check, and ended by whoever takes its time.';
comment on column public.appointments.session_id is 'Rows of one session (same group service, same start) may overlap each other; every other row has a session of its own.';
comment on column public.appointments.seat is 'Which of the service''s places in the session; null where nobody shares.';
comment on column public.appointments.overbooked is 'An owner put it over another one, with a reason in the audit log. Outside the constraint, and still busy for everybody else.';
comment on column public.appointments.semantic_key is 'Call, intent, slot and contact of a booking by voice: a tool call that comes again under a new id finds it.';
comment on column public.appointments.undoable is 'What the last move or cancellation replaced; undo puts it back until undo_until.';

-- Two rows of one provider overlap only inside one session; the index below counts the seats of that session.
alter table public.appointments
  drop constraint appointments_no_overlap,
  add constraint appointments_no_overlap exclude using gist (
    org_id with =, provider_id with =, tstzrange(busy_from, busy_to) with &&, session_id with <>
  ) where (status in ('pending', 'held', 'confirmed', 'arrived') and not overbooked);
create unique index appointments_seat_idx on public.appointments (org_id, provider_id, session_id, seat)
  where seat is not null and status in ('pending', 'held', 'confirmed', 'arrived') and not overbooked;
-- What free times are made of, from the index alone: who is taken when, holds that ran out aside.
drop index public.appointments_busy_idx;
create index appointments_busy_idx on public.appointments (org_id, busy_from)
  include (provider_id, busy_to, status, hold_expires_at, seat)
  where status in ('pending', 'held', 'confirmed', 'arrived');
create index appointments_session_idx on public.appointments (org_id, busy_from)
  where seat is not null and status in ('pending', 'held', 'confirmed', 'arrived');
create index appointments_held_idx on public.appointments (hold_expires_at) where status = 'held';

create or replace function app_private.appointment_changed() returns trigger
  language plpgsql security definer set search_path = ''
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

create function app_private.may_become(p_from text, p_to text) returns boolean
  language sql immutable set search_path = ''
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
  'Legal changes of status by hand. Holding, confirming a hold, cancelling and undoing have functions of their own.';

-- Who acts, derived and not believed: a signed-in person is that person, whatever the arguments say. Only our own
-- server acts without a person, and says for whom.
create function app_private.booking_source(p_source text) returns text
  language sql stable set search_path = ''
  as $$
  select case when app_private.user_id() is not null and p_source in ('voice', 'patient', 'google', 'system')
    then 'api' else p_source end
$$;

-- Ids, times and states: what an auditor needs, and nothing that identifies a patient outside the clinic's tables.
create function app_private.appointment_facts(p_row public.appointments) returns jsonb
  language sql stable set search_path = ''
  as $$
  select case when (p_row).id is not null then jsonb_strip_nulls(jsonb_build_object(
    'status', (p_row).status, 'scheduled_at', (p_row).scheduled_at, 'duration_minutes', (p_row).duration_minutes,
    'service_type', (p_row).service_type, 'provider_id', (p_row).provider_id, 'contact_id', (p_row).contact_id,
    'version', (p_row).version, 'hold_expires_at', (p_row).hold_expires_at,
    'overbooked', nullif((p_row).overbooked, false))) end
$$;

create function app_private.audit_appointment(
  p_action text, p_before public.appointments, p_after public.appointments, p_reason text,
  p_source text, p_actor_id text, p_call_id text, p_request_id text
) returns void
  language sql set search_path = ''
  as $$
  insert into public.audit_log
      (org_id, actor_type, actor_id, action, object_type, object_id, before, after, reason, request_id)
    select (p_after).org_id,
      case
        when person is not null then 'user'
        when p_source = 'voice' then 'agent'
        when p_source in ('patient', 'google') then p_source
        else 'system'
      end,
      coalesce(person::text, case when p_source = 'voice' then p_call_id end, p_actor_id),
      p_action, 'appointment', (p_after).id,
      app_private.appointment_facts(p_before), app_private.appointment_facts(p_after) || jsonb_build_object('source', p_source),
      nullif(btrim(p_reason), ''), p_request_id
    from (select app_private.user_id() as person) as who
$$;

-- Five seconds is what a caller on the phone bears; a lock that takes longer is 55P03, "try again".
create function app_private.lock_appointment(p_org_id uuid, p_appointment_id uuid) returns public.appointments
  language sql set search_path = '' set lock_timeout = '5s'
  as $$
  select * from public.appointments where org_id = p_org_id and id = p_appointment_id
  -- Not "for update": a text about this appointment may be written meanwhile (its foreign key takes a key share).
  for no key update
$$;

create function app_private.lock_providers(p_org_id uuid, p_provider_ids uuid[]) returns void
  language plpgsql set search_path = '' set lock_timeout = '5s'
  as $$
declare v_id uuid;
begin
  for v_id in select distinct id from unnest(p_provider_ids) as p (id) order by id loop
    perform app_private.lock_provider(p_org_id, v_id);
  end loop;
end $$;

create function app_private.bookable_providers(p_org_id uuid, p_provider_id uuid, p_provider_ids uuid[]) returns uuid[]
  language sql stable
  as $$
  select array_agg(p.id order by p.id) from public.providers p
  where p.org_id = p_org_id and p.active and p.deleted_at is null
    and (p_provider_id is null or p.id = p_provider_id)
    and (p_provider_ids is null or p.id = any (p_provider_ids))
$$;

create function app_private.is_free(
  p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz, p_session_id uuid, p_except uuid
) returns boolean
  language sql stable
  as $$
  select not exists (
    select 1 from public.appointments a
    where a.org_id = p_org_id and a.provider_id = p_provider_id
      and a.status in ('pending', 'held', 'confirmed', 'arrived')
      and not (a.status = 'held' and coalesce(a.hold_expires_at <= clock_timestamp(), false))
      -- Nothing is busy for longer than a day; without a lower bound the scan grows with the clinic's history.
      and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from
      and a.id is distinct from p_except and a.session_id is distinct from p_session_id)
  and not exists (
    select 1 from public.busy_blocks b
    where b.org_id = p_org_id and b.provider_id = p_provider_id
      and b.busy_from >= p_from - interval '1 day' and b.busy_from < p_to and b.busy_to > p_from)
$$;
comment on function app_private.is_free is
  'Whether nothing occupies the provider in that range, neither here nor in a linked calendar, sessions one could join and the row that moves aside. Only right under lock_providers.';

create function app_private.free_seat(
  p_org_id uuid, p_provider_id uuid, p_session_id uuid, p_capacity integer, p_except uuid
) returns integer
  language sql stable
  as $$
  select min(n) from generate_series(1, p_capacity) as n
  where not exists (
    select 1 from public.appointments a
    where a.org_id = p_org_id and a.provider_id = p_provider_id and a.session_id = p_session_id and a.seat = n
      and a.status in ('pending', 'held', 'confirmed', 'arrived')
      and not (a.status = 'held' and coalesce(a.hold_expires_at <= clock_timestamp(), false))
      and a.id is distinct from p_except)
$$;

-- What a service needs around its time, and whether its sessions are shared.
create type app_private.slot as (
  busy_from timestamptz, busy_to timestamptz, session_id uuid, capacity integer,
  provider_id uuid, seat integer, overbooked boolean, scheduled_at timestamptz
);

create function app_private.slot_of(
  p_org_id uuid, p_service_type text, p_scheduled_at timestamptz, p_duration_minutes integer
) returns app_private.slot
  language plpgsql stable set search_path = ''
  as $$
declare
  v_service public.services;
  v_slot app_private.slot;
begin
  -- A service that is not in the table (plain SQL may book any) has no buffers and is not shared.
  select * into v_service from public.services where org_id = p_org_id and slug = p_service_type;
  v_slot.scheduled_at := p_scheduled_at;
  v_slot.busy_from := p_scheduled_at - make_interval(mins => coalesce(v_service.buffer_before_minutes, 0));
  v_slot.busy_to := p_scheduled_at
    + make_interval(mins => p_duration_minutes + coalesce(v_service.buffer_after_minutes, 0));
  v_slot.capacity := coalesce(v_service.capacity, 1);
  if v_slot.capacity > 1 then
    v_slot.session_id := md5(p_org_id::text || p_service_type || extract(epoch from p_scheduled_at)::text
      || ':' || p_duration_minutes)::uuid;
  end if;
  return v_slot;
end $$;

-- Under the locks: who takes it. The current provider first when an appointment moves, then a session that has
-- begun to fill; then, as the times were offered: the least booked of that day by the clinic's clock (those who begin
-- together are one piece of work), who has had nothing to do for longest, the id. `p_anyway` is an owner's overbooking.
create function app_private.take_slot(
  p_org_id uuid, p_slot app_private.slot, p_candidates uuid[], p_prefer uuid, p_except uuid, p_anyway boolean
) returns app_private.slot
  language plpgsql set search_path = ''
  as $$
declare
  v_free boolean;
  v_zone text;
  v_day timestamp;
  v_day_from timestamptz;
  v_day_to timestamptz;
begin
  if cardinality(p_candidates) > 1 then
    select time_zone into v_zone from public.organizations where id = p_org_id;
    v_day := date_trunc('day', p_slot.scheduled_at at time zone v_zone);
    v_day_from := v_day at time zone v_zone;
    v_day_to := (v_day + interval '1 day') at time zone v_zone;
  end if;
  select c.id, c.free into p_slot.provider_id, v_free
    from (
      select id,
        app_private.is_free(p_org_id, id, p_slot.busy_from, p_slot.busy_to, p_slot.session_id, p_except)
          and (p_slot.session_id is null
            or app_private.free_seat(p_org_id, id, p_slot.session_id, p_slot.capacity, p_except) is not null) as free
      from unnest(p_candidates) as p (id)) as c
    left join lateral (
      select count(distinct a.busy_from) as booked, max(a.busy_to) filter (where a.busy_from < p_slot.scheduled_at) as idle_since,
        coalesce(bool_or(a.session_id = p_slot.session_id), false) as joins
      from public.appointments a
      where a.org_id = p_org_id and a.provider_id = c.id and a.id is distinct from p_except
        and a.status in ('pending', 'held', 'confirmed', 'arrived')
        and not (a.status = 'held' and coalesce(a.hold_expires_at <= clock_timestamp(), false))
        and a.busy_from >= v_day_from and a.busy_from < v_day_to) as l on cardinality(p_candidates) > 1
    where c.free or p_anyway
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

create function app_private.overbooking_fault(p_org_id uuid, p_reason text) returns jsonb
  language sql stable set search_path = ''
  as $$
  select case
    when not exists (
      select 1 from public.profiles
      where org_id = p_org_id and user_id = app_private.user_id() and role = 'owner')
      then app_private.booking_refused('OVERBOOK_NOT_ALLOWED', 'Only an owner of the clinic, signed in, may overbook.')
    when nullif(btrim(p_reason), '') is null
      then app_private.booking_refused('OVERBOOK_REASON_MISSING', 'Overbooking needs a reason; it is kept in the audit log.')
  end
$$;

-- Holds that ran out and are in the way of a row that is about to be written, or (without a range) all of them.
-- One that somebody is just confirming is left to them: the constraint decides then.
create function app_private.end_expired_holds(
  p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz, p_limit integer
) returns integer
  language plpgsql set search_path = ''
  as $$
declare
  v_before public.appointments;
  v_after public.appointments;
  v_count integer := 0;
begin
  for v_before in
    select * from public.appointments a
    where a.status = 'held' and a.hold_expires_at <= clock_timestamp()
      and (p_org_id is null or (a.org_id = p_org_id and a.provider_id = p_provider_id
        and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from))
    order by a.hold_expires_at limit p_limit for no key update skip locked
  loop
    update public.appointments set status = 'cancelled' where id = v_before.id returning * into v_after;
    perform app_private.audit_appointment('appointment.hold_expired', v_before, v_after, null, 'system', null, null, null);
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;

create function app_private.expire_holds(p_limit integer default 500) returns integer
  language sql security definer set search_path = ''
  as $$ select app_private.end_expired_holds(null, null, null, null, p_limit) $$;
comment on function app_private.expire_holds is
  'The sweep: screens and waitlists hear of a hold that ran out although nobody wanted its time.';

create function app_private.calendar_linked(p_org_id uuid) returns boolean
  language sql stable
  as $$ select exists (select 1 from public.connections where org_id = p_org_id and provider = 'google') $$;

-- What the world outside must hear of this version: the calendar, and one text to the patient.
create function app_private.announce_appointment(p_row public.appointments, p_topic text, p_change text) returns void
  language plpgsql set search_path = ''
  as $$
declare
  v_key text := (p_row).id || ':' || (p_row).version;
  v_org public.organizations;
  v_phone text;
begin
  if (p_row).sync_state = 'pending' then
    perform app_private.enqueue((p_row).org_id, 'calendar.push', v_key,
      jsonb_build_object('appointment_id', (p_row).id));
  end if;
  if p_topic is null then
    return;
  end if;
  select phone into v_phone from public.leads where org_id = (p_row).org_id and id = (p_row).contact_id;
  if v_phone is null then
    return;
  end if;
  select * into v_org from public.organizations where id = (p_row).org_id;
  perform app_private.enqueue((p_row).org_id, p_topic, v_key,
    jsonb_build_object('appointment_id', (p_row).id, 'version', (p_row).version, 'change', p_change, 'to', v_phone,
      'organization_name', v_org.name, 'time_zone', v_org.time_zone, 'scheduled_at', (p_row).scheduled_at,
      'service_type', (p_row).service_type));
end $$;

create function app_private.appointment_answer(p_row public.appointments, p_repeated boolean) returns jsonb
  language sql stable set search_path = ''
  as $$
  select jsonb_build_object('success', true, 'appointment_id', (p_row).id, 'contact_id', (p_row).contact_id,
    'provider_id', (p_row).provider_id, 'scheduled_at', (p_row).scheduled_at, 'status', (p_row).status,
    'version', (p_row).version, 'overbooked', (p_row).overbooked, 'repeated', p_repeated)
$$;

-- What undo needs to put a row back.
create function app_private.remember_place(p_row public.appointments, p_action text) returns jsonb
  language sql stable set search_path = ''
  as $$
  select jsonb_build_object('action', p_action, 'status', (p_row).status, 'scheduled_at', (p_row).scheduled_at,
    'duration_minutes', (p_row).duration_minutes, 'provider_id', (p_row).provider_id, 'busy_from', (p_row).busy_from,
    'busy_to', (p_row).busy_to, 'session_id', (p_row).session_id, 'seat', (p_row).seat,
    'overbooked', (p_row).overbooked)
$$;

-- Faults that every change of time shares; null when there is none.
create function app_private.time_fault(p_scheduled_at timestamptz, p_duration_minutes integer) returns jsonb
  language sql immutable set search_path = ''
  as $$
  select case
    when p_duration_minutes is null or p_duration_minutes not between 5 and 480
      then app_private.booking_refused('INVALID_DURATION', 'An appointment lasts 5 to 480 minutes.')
    when p_scheduled_at is null or p_scheduled_at not between '2000-01-01Z' and '2200-01-01Z'
      then app_private.booking_refused('INVALID_TIME', 'The time of the appointment is missing or impossible.')
  end
$$;

-- Faults of who asks: the clinic, the source, the length of a reason.
create function app_private.door_fault(p_org_id uuid, p_source text, p_reason text) returns jsonb
  language sql stable set search_path = ''
  as $$
  select case
    when not app_private.may_act_for(p_org_id) or not exists (select 1 from public.organizations where id = p_org_id)
      then app_private.booking_refused('ORG_NOT_FOUND', 'There is no such organization.')
    when p_source is null or p_source not in ('api', 'dashboard', 'voice', 'patient', 'google', 'system')
      then app_private.booking_refused('INVALID_SOURCE',
        'A change comes from api, dashboard, voice, patient, google or system.')
    when length(p_reason) > 500
      then app_private.booking_refused('INVALID_REASON', 'The reason is longer than 500 characters.')
  end
$$;

revoke execute on function app_private.may_become, app_private.booking_source, app_private.appointment_facts,
  app_private.audit_appointment, app_private.lock_appointment, app_private.lock_providers,
  app_private.bookable_providers, app_private.is_free, app_private.free_seat, app_private.slot_of,
  app_private.take_slot, app_private.overbooking_fault, app_private.end_expired_holds, app_private.expire_holds,
  app_private.calendar_linked, app_private.announce_appointment, app_private.appointment_answer,
  app_private.remember_place, app_private.time_fault, app_private.door_fault from public;
grant execute on function app_private.expire_holds to voxanne_service, service_role;
