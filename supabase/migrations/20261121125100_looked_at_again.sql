-- What somebody waited for may have changed what they saw before: the row that is moved is locked before it is read,
-- and behind the providers' locks the door looks once more who is away and whether a calendar is linked.

create function app_private.lock_own_appointment(p_org_id uuid, p_appointment_id uuid) returns boolean
  language plpgsql security definer set search_path = ''
  as $$
begin
  return app_private.may_act_for(p_org_id)
    and (app_private.lock_appointment(p_org_id, p_appointment_id)).id is not null;
end $$;
comment on function app_private.lock_own_appointment is
  'Called first in the transaction of a change that says only what shall be different: what is read after it stays true.';
revoke execute on function app_private.lock_own_appointment from public;
grant execute on function app_private.lock_own_appointment to authenticated, voxanne_service, service_role;

alter type app_private.slot add attribute ends_at timestamptz;

create or replace function app_private.slot_of(
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
  v_slot.ends_at := p_scheduled_at + make_interval(mins => p_duration_minutes);
  v_slot.busy_from := p_scheduled_at - make_interval(mins => coalesce(v_service.buffer_before_minutes, 0));
  v_slot.busy_to := v_slot.ends_at + make_interval(mins => coalesce(v_service.buffer_after_minutes, 0));
  v_slot.capacity := coalesce(v_service.capacity, 1);
  if v_slot.capacity > 1 then
    v_slot.session_id := md5(p_org_id::text || p_service_type || extract(epoch from p_scheduled_at)::text
      || ':' || p_duration_minutes)::uuid;
  end if;
  return v_slot;
end $$;

create or replace function app_private.take_slot(
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
  select time_zone into v_zone from public.organizations where id = p_org_id;
  if cardinality(p_candidates) > 1 then
    v_day := date_trunc('day', p_slot.scheduled_at at time zone v_zone);
    v_day_from := v_day at time zone v_zone;
    v_day_to := (v_day + interval '1 day') at time zone v_zone;
  end if;
  -- The candidates were read before the lock; who is not there any more by now, or has time off, is none. Whoever
  -- enters time off takes the same lock.
  select c.id, c.free into p_slot.provider_id, v_free
    from (
      select p.id,
        app_private.is_free(p_org_id, p.id, p_slot.busy_from, p_slot.busy_to, p_slot.session_id, p_except)
          and (p_slot.session_id is null
            or app_private.free_seat(p_org_id, p.id, p_slot.session_id, p_slot.capacity, p_except) is not null) as free
      from public.providers p
      where p.org_id = p_org_id and p.id = any (p_candidates) and p.active and p.deleted_at is null
        and (p_anyway or not exists (
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

create function app_private.is_on_duty(p_row public.appointments) returns boolean
  language sql stable set search_path = ''
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
revoke execute on function app_private.is_on_duty from public;

create or replace function public.book_appointment_atomic(
  p_org_id uuid,
  p_name text,
  p_email text,
  p_phone text,
  p_service_type text,
  p_scheduled_at timestamptz,
  p_duration_minutes integer,
  p_provider_id uuid default null,
  p_notes text default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null,
  p_provider_ids uuid[] default null,
  p_hold_id uuid default null,
  p_status text default 'confirmed',
  p_overbook boolean default false,
  p_reason text default null
) returns jsonb
  language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan
  as $$
declare
  v_org public.organizations;
  v_name text := left(app_private.normalize_name(p_name), 120);
  v_email text := nullif(lower(btrim(p_email)), '');
  v_service text := btrim(p_service_type);
  v_call_id text := case when app_private.user_id() is null then p_call_id end;
  v_source text := app_private.booking_source(p_source);
  v_phone text;
  v_fault jsonb;
  v_key text;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_before public.appointments;
  v_row public.appointments;
  v_constraint text;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.booking_refused('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  select * into v_org from public.organizations where id = p_org_id;
  if not found then
    return app_private.booking_refused('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  if v_name is null then
    return app_private.booking_refused('INVALID_NAME', 'The patient''s name is missing.');
  end if;
  v_phone := app_private.normalize_phone(p_phone, v_org.country);
  if v_phone is null then
    return app_private.booking_refused('INVALID_PHONE', 'That is not a phone number that can be called or texted.');
  end if;
  if v_email is not null and (v_email !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' or length(v_email) > 254) then
    return app_private.booking_refused('INVALID_EMAIL', 'That is not an e-mail address.');
  end if;
  if v_service is null or length(v_service) not between 1 and 80 then
    return app_private.booking_refused('INVALID_SERVICE', 'The service is missing.');
  end if;
  v_fault := app_private.time_fault(p_scheduled_at, p_duration_minutes);
  if v_fault is not null then
    return v_fault;
  end if;
  if length(btrim(p_notes)) > 2000 then
    return app_private.booking_refused('INVALID_NOTES', 'The notes are longer than 2000 characters.');
  end if;
  if v_source is null or v_source not in ('api', 'dashboard', 'voice', 'patient', 'system') then
    return app_private.booking_refused('INVALID_SOURCE', 'A booking comes from api, dashboard, voice, patient or system.');
  end if;
  if p_status is null or p_status not in ('pending', 'confirmed') then
    return app_private.booking_refused('INVALID_STATUS', 'A booking begins as confirmed or as pending.');
  end if;
  if length(p_reason) > 500 then
    return app_private.booking_refused('INVALID_REASON', 'The reason is longer than 500 characters.');
  end if;
  if p_overbook then
    v_fault := app_private.overbooking_fault(p_org_id, p_reason);
    if v_fault is not null then
      return v_fault;
    end if;
  end if;
  if v_call_id is not null then
    -- One wish of one call: who is meant, and when.
    v_key := md5(concat_ws('|', v_call_id, extract(epoch from p_scheduled_at), v_phone,
      lower(regexp_replace(v_name, '[^[:alnum:]]+', '', 'g'))));
  end if;

  if p_hold_id is not null then
    -- A hold has its place already; confirming it needs no other one.
    v_before := app_private.lock_appointment(p_org_id, p_hold_id);
    if v_before.id is null or v_before.hold_expires_at is null then
      return app_private.booking_refused('HOLD_NOT_FOUND', 'There is no such hold.');
    end if;
    perform app_private.lock_providers(p_org_id, array[v_before.provider_id]);
    if v_before.status in ('pending', 'confirmed') and exists (
      select 1 from public.leads where id = v_before.contact_id and phone = v_phone) then
      return app_private.appointment_answer(v_before, true) || jsonb_build_object('phone', v_phone, 'name', v_name);
    end if;
    if v_before.status <> 'held' or v_before.hold_expires_at <= clock_timestamp() then
      return app_private.booking_refused('HOLD_EXPIRED', 'That hold has ended. The time may be free all the same.');
    end if;
    -- A hold keeps others out; it does not keep the provider in.
    if not app_private.is_on_duty(v_before) then
      return app_private.booking_refused('HOLD_EXPIRED', 'That time cannot be had any more: nobody is there then.');
    end if;
    update public.appointments
      set status = p_status, contact_id = app_private.upsert_contact(p_org_id, v_name, v_phone, v_email),
        notes = nullif(btrim(p_notes), ''), source = v_source, call_id = v_call_id, semantic_key = v_key,
        sync_state = case when p_status = 'confirmed' and app_private.calendar_linked(p_org_id) then 'pending' else 'not_linked' end
      where org_id = p_org_id and id = p_hold_id
      returning * into v_row;
  else
    v_candidates := app_private.bookable_providers(p_org_id, p_provider_id, p_provider_ids);
    if v_candidates is null and (p_provider_id is not null or p_provider_ids is not null) then
      return app_private.booking_refused('PROVIDER_NOT_FOUND', 'There is no such provider.');
    end if;
    perform app_private.lock_providers(p_org_id, v_candidates);
    if v_call_id is not null then
      -- The model calls the tool again with a new id when an answer was slow (seen in the wild). Read after the
      -- lock: the first one has committed by now, and this is its answer.
      select * into v_row from public.appointments
        where org_id = p_org_id and call_id = v_call_id and semantic_key = v_key
          and scheduled_at = p_scheduled_at and status in ('pending', 'confirmed', 'arrived')
        limit 1;
      if found then
        return app_private.appointment_answer(v_row, true) || jsonb_build_object('phone', v_phone, 'name', v_name);
      end if;
    end if;
    v_slot := app_private.slot_of(p_org_id, v_service, p_scheduled_at, p_duration_minutes);
    if p_provider_ids is null then
      -- Plain SQL books whenever nothing overlaps; who is on duty is asked by the verb, which says who is.
      v_slot.ends_at := null;
    end if;
    v_slot := app_private.take_slot(p_org_id, v_slot, v_candidates, null, null, p_overbook);
    if v_slot.provider_id is null then
      return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
    end if;
    perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to, 100);
    insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes,
        busy_from, busy_to, session_id, seat, overbooked, notes, source, call_id, semantic_key, status, sync_state)
      values (p_org_id, v_slot.provider_id, app_private.upsert_contact(p_org_id, v_name, v_phone, v_email), v_service,
        p_scheduled_at, p_duration_minutes, v_slot.busy_from, v_slot.busy_to, v_slot.session_id, v_slot.seat,
        v_slot.overbooked, nullif(btrim(p_notes), ''), v_source, v_call_id, v_key, p_status,
        case when p_status = 'confirmed' and app_private.calendar_linked(p_org_id) then 'pending' else 'not_linked' end)
      returning * into v_row;
  end if;

  if v_row.status = 'confirmed' then
    perform app_private.announce_appointment(v_row, 'message.confirmation', 'booked');
  end if;
  perform app_private.audit_appointment('appointment.booked', v_before, v_row, p_reason,
    v_source, p_actor_id, v_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('phone', v_phone, 'name', v_name);
exception
  -- Cannot happen behind the lock, and is the promise when it does: the block rolled everything back.
  when exclusion_violation then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
  when unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint <> 'appointments_seat_idx' then
      raise;
    end if;
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
end $$;
