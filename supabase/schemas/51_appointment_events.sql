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
        when v_person is not null then app_private.actor_type()
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
  perform app_private.require_right('appointments.book');
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
  perform app_private.require_right('appointments.book');
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
    values (p_org_id, app_private.actor_type(), app_private.user_id()::text,
      'appointment.text_withdrawn', 'appointment', p_appointment_id::text,
      jsonb_build_object('text', substr(coalesce(v_topic, 'message.cancellation'), 9), 'version', v_row.visible_version), p_request_id);
  perform app_private.emit(p_org_id, 'appointment.updated', jsonb_build_object('appointment_id', p_appointment_id,
    'status', v_row.status, 'sync_state', v_row.sync_state));
  return true;
end $$;
comment on function app_private.withdraw_text is
  'Takes back the text of the last change, as long as it has not begun to leave. False: there is none that waits.';
grant execute on function app_private.withdraw_text to voxanne_tenant, voxanne_service;
