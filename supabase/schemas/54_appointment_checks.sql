-- What the booking functions ask before they write, and how they answer. Nothing here can be called from outside.

create function app_private.refusal(p_error text, p_message text) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select jsonb_build_object('success', false, 'error', p_error, 'message', p_message) $$;

create function app_private.slot_taken() returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select app_private.refusal('SLOT_UNAVAILABLE', 'That time is already taken.') $$;

-- As the second half of a sentence: "It can't be moved, because the visit is done."
create function app_private.status_as_reason(p_status text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select case p_status when 'held' then 'it’s only on hold' when 'pending' then 'it isn’t confirmed yet'
    when 'confirmed' then 'it’s confirmed' when 'arrived' then 'the patient is already here'
    when 'completed' then 'the visit is done' when 'no_show' then 'the patient didn’t come'
    when 'cancelled' then 'it’s canceled' end
$$;

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
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app_private.may_act_for(p_org_id) or not exists (select 1 from public.organizations where id = p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.require_right('appointments.book');
  return case
    when (p_by).source is null or (p_by).source not in ('api', 'dashboard', 'voice', 'patient', 'google', 'system')
      then app_private.refusal('INVALID_SOURCE',
        'p_source must be api, dashboard, voice, patient, google or system.')
    when length(p_reason) > 500
      then app_private.refusal('INVALID_REASON', 'The reason is too long. Use at most 500 characters.')
  end;
end $$;

-- What is wrong with a time, whatever it is for; null when nothing is.
create function app_private.time_error(p_scheduled_at timestamptz, p_duration_minutes integer) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select case
    when p_duration_minutes is null or p_duration_minutes not between 5 and 480
      then app_private.refusal('INVALID_DURATION', 'An appointment must last 5 to 480 minutes.')
    when p_scheduled_at is null or p_scheduled_at not between '2000-01-01Z' and '2200-01-01Z'
      then app_private.refusal('INVALID_TIME', 'The time of the appointment is missing or out of range.')
  end
$$;

create function app_private.overbooking_error(p_reason text) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case
    when not app_private.has_right('appointments.overbook')
      then app_private.refusal('OVERBOOK_NOT_ALLOWED', 'Only an owner who’s signed in can double-book a time.')
    when nullif(btrim(p_reason), '') is null
      then app_private.refusal('OVERBOOK_REASON_MISSING', 'Double-booking needs a reason. We keep it with the appointment.')
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
