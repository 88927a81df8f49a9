-- The one function that books. Lock, re-read, insert; contact, appointment, outbox and audit rows commit
-- together or not at all. It checks validity and overlap; opening hours, notice and horizon are the caller's.

create function public.book_appointment_atomic(
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
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_org public.organizations;
  v_name text := left(app_private.normalize_name(p_name), 120);
  v_email text := nullif(lower(btrim(p_email)), '');
  v_service text := btrim(p_service_type);
  v_phone text;
  v_ends_at timestamptz;
  v_provider_id uuid;
  v_contact_id uuid;
  v_appointment_id uuid := gen_random_uuid();
  v_calendar_linked boolean;
  v_existing public.appointments;
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
  if p_duration_minutes is null or p_duration_minutes not between 5 and 480 then
    return app_private.booking_refused('INVALID_DURATION', 'An appointment lasts 5 to 480 minutes.');
  end if;
  if p_scheduled_at is null or p_scheduled_at not between '2000-01-01Z' and '2200-01-01Z' then
    return app_private.booking_refused('INVALID_TIME', 'The time of the appointment is missing or impossible.');
  end if;
  if length(btrim(p_notes)) > 2000 then
    return app_private.booking_refused('INVALID_NOTES', 'The notes are longer than 2000 characters.');
  end if;
  if p_source is null or p_source not in ('api', 'dashboard', 'voice') then
    return app_private.booking_refused('INVALID_SOURCE', 'A booking comes from api, dashboard or voice.');
  end if;
  if p_provider_id is not null and not exists (
    select 1 from public.providers where org_id = p_org_id and id = p_provider_id and active) then
    return app_private.booking_refused('PROVIDER_NOT_FOUND', 'There is no such provider.');
  end if;

  v_ends_at := p_scheduled_at + make_interval(mins => p_duration_minutes);
  v_provider_id := app_private.take_free_provider(p_org_id, p_provider_id, p_scheduled_at, v_ends_at);

  if p_call_id is not null then
    -- The model calls the tool again with a new id when an answer was slow (seen in the wild). Within one call
    -- the same patient at the same time is the same booking. Read after the lock: the first one has committed.
    select a.* into v_existing from public.appointments a
      join public.leads l on l.org_id = a.org_id and l.id = a.contact_id
      where a.org_id = p_org_id and a.call_id = p_call_id and a.scheduled_at = p_scheduled_at
        and a.status = 'confirmed' and l.phone = v_phone
      limit 1;
    if found then
      return jsonb_build_object('success', true, 'appointment_id', v_existing.id,
        'contact_id', v_existing.contact_id, 'provider_id', v_existing.provider_id,
        'scheduled_at', v_existing.scheduled_at, 'phone', v_phone, 'name', v_name, 'repeated', true);
    end if;
  end if;

  if v_provider_id is null then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
  end if;

  v_contact_id := app_private.upsert_contact(p_org_id, v_name, v_phone, v_email);
  v_calendar_linked := exists (
    select 1 from public.connections where org_id = p_org_id and provider = 'google');
  insert into public.appointments (id, org_id, provider_id, contact_id, service_type, scheduled_at,
      duration_minutes, busy_from, busy_to, notes, source, call_id, sync_state)
    values (v_appointment_id, p_org_id, v_provider_id, v_contact_id, v_service, p_scheduled_at,
      p_duration_minutes, p_scheduled_at, v_ends_at, nullif(btrim(p_notes), ''), p_source, p_call_id,
      case when v_calendar_linked then 'pending' else 'not_linked' end);
  if v_calendar_linked then
    perform app_private.enqueue(p_org_id, 'calendar.push', v_appointment_id || ':1',
      jsonb_build_object('appointment_id', v_appointment_id));
  end if;
  perform app_private.enqueue(p_org_id, 'message.confirmation', v_appointment_id || ':1',
    jsonb_build_object('appointment_id', v_appointment_id, 'version', 1, 'to', v_phone,
      'organization_name', v_org.name, 'time_zone', v_org.time_zone, 'scheduled_at', p_scheduled_at,
      'service_type', v_service));
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id,
      case when p_source = 'voice' then 'agent' when app_private.user_id() is not null then 'user' else 'system' end,
      coalesce(p_actor_id, app_private.user_id()::text), 'appointment.booked', 'appointment', v_appointment_id,
      jsonb_build_object('scheduled_at', p_scheduled_at, 'duration_minutes', p_duration_minutes,
        'service_type', v_service, 'provider_id', v_provider_id, 'contact_id', v_contact_id, 'source', p_source),
      p_request_id);
  return jsonb_build_object('success', true, 'appointment_id', v_appointment_id, 'contact_id', v_contact_id,
    'provider_id', v_provider_id, 'scheduled_at', p_scheduled_at, 'phone', v_phone, 'name', v_name,
    'repeated', false);
exception
  -- Cannot happen behind the lock, and is the promise when it does: the block rolled everything back.
  when exclusion_violation then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
end $$;
comment on function public.book_appointment_atomic is
  'Books or says why not: {success, appointment_id, contact_id, ...} or {success: false, error, message}. success:false writes nothing.';
revoke execute on function public.book_appointment_atomic from public, anon;
grant execute on function public.book_appointment_atomic to authenticated, voxanne_service, service_role;
