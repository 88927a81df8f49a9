-- An appointment that goes to another patient: the one before hears that it is no longer theirs. And an undo goes by the
-- last text, also where the notes were changed after it.

create or replace function app_private.announce_appointment(p_row public.appointments, p_topic text, p_change text)
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

create or replace function public.undo_appointment_atomic(
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
  v_source text := app_private.booking_source(p_source);
  v_fault jsonb := app_private.door_fault(p_org_id, v_source, p_reason);
  v_before public.appointments;
  v_row public.appointments;
  v_old public.appointments;
begin
  if v_fault is not null then
    return v_fault;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.booking_refused('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  if v_before.undoable is null then
    return app_private.booking_refused('NOTHING_TO_UNDO', 'Nothing about this appointment can be undone.');
  end if;
  if v_before.undo_until <= clock_timestamp() then
    return app_private.booking_refused('UNDO_EXPIRED', 'A move or a cancellation can be undone for ten minutes.');
  end if;
  v_old := jsonb_populate_record(v_before, v_before.undoable - 'action');
  perform app_private.lock_providers(p_org_id, array[v_old.provider_id, v_before.provider_id]);
  if not exists (
    select 1 from public.providers
    where org_id = p_org_id and id = v_old.provider_id and active and deleted_at is null) then
    return app_private.booking_refused('PROVIDER_NOT_FOUND',
      'Whoever it was with takes no appointments any more. Book it with somebody else.');
  end if;
  if not v_old.overbooked and not app_private.is_free(
    p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to,
    case when v_old.seat is not null then v_old.session_id end, p_appointment_id,
    v_before.undo_until - interval '10 minutes') then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'Somebody else has that time by now.');
  end if;
  perform app_private.end_expired_holds(p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to, 100);
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
  -- Of a change that nobody was told of nobody is told that it was taken back.
  perform app_private.announce_appointment(v_row,
    case when v_row.status = 'confirmed' and v_row.visible_version = v_row.version and exists (
      select 1 from public.outbox
      where org_id = p_org_id and topic in ('message.confirmation', 'message.cancellation')
        and key in (p_appointment_id || ':' || v_before.visible_version,
          p_appointment_id || ':' || v_before.visible_version || ':passed_on')) then 'message.confirmation' end,
    case when v_row.contact_id is distinct from v_before.contact_id then 'booked'
      when v_before.status = 'cancelled' then 'restored' else 'moved' end);
  perform app_private.audit_appointment('appointment.undone', v_before, v_row, p_reason,
    v_source, p_actor_id, p_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false);
exception
  -- Also a seat that was given away in a shared session.
  when exclusion_violation or unique_violation then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'Somebody else has that time by now.');
end $$;

create or replace function app_private.delay_text(p_org_id uuid, p_appointment_id uuid, p_seconds integer) returns void
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

create or replace function app_private.withdraw_text(p_org_id uuid, p_appointment_id uuid, p_request_id text) returns boolean
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
