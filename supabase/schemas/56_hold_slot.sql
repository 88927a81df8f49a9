create function public.hold_slot_atomic(
  p_org_id uuid,
  p_service_type text,
  p_scheduled_at timestamptz,
  p_duration_minutes integer,
  p_hold_seconds integer default 600,
  p_provider_id uuid default null,
  p_provider_ids uuid[] default null,
  p_contact_id uuid default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
declare
  v_source text := app_private.booking_source(p_source);
  v_service text := btrim(p_service_type);
  v_call_id text := case when app_private.user_id() is null then p_call_id end;
  v_fault jsonb;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_row public.appointments;
  v_constraint text;
begin
  v_fault := coalesce(app_private.door_fault(p_org_id, v_source, null),
    app_private.time_fault(p_scheduled_at, p_duration_minutes));
  if v_fault is not null then
    return v_fault;
  end if;
  if v_service is null or length(v_service) not between 1 and 80 then
    return app_private.booking_refused('INVALID_SERVICE', 'The service is missing.');
  end if;
  if p_hold_seconds is null or p_hold_seconds not between 1 and 172800 then
    return app_private.booking_refused('INVALID_HOLD', 'A hold lasts a second to two days.');
  end if;
  if p_contact_id is not null and not exists (
    select 1 from public.leads where org_id = p_org_id and id = p_contact_id) then
    return app_private.booking_refused('CONTACT_NOT_FOUND', 'There is no such contact.');
  end if;
  v_candidates := app_private.bookable_providers(p_org_id, p_provider_id, p_provider_ids);
  if v_candidates is null and (p_provider_id is not null or p_provider_ids is not null) then
    return app_private.booking_refused('PROVIDER_NOT_FOUND', 'There is no such provider.');
  end if;
  perform app_private.lock_providers(p_org_id, v_candidates);
  v_slot := app_private.take_slot(p_org_id,
    app_private.slot_of(p_org_id, v_service, p_scheduled_at, p_duration_minutes), v_candidates, null, null, false);
  if v_slot.provider_id is null then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
  end if;
  perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to, 100);
  insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes,
      busy_from, busy_to, session_id, seat, source, call_id, status, hold_expires_at)
    values (p_org_id, v_slot.provider_id, p_contact_id, v_service, p_scheduled_at, p_duration_minutes,
      v_slot.busy_from, v_slot.busy_to, v_slot.session_id, v_slot.seat,
      case when v_source = 'google' then 'system' else v_source end, v_call_id, 'held',
      clock_timestamp() + make_interval(secs => p_hold_seconds))
    returning * into v_row;
  perform app_private.audit_appointment('appointment.held', null, v_row, null,
    v_source, p_actor_id, v_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false)
    || jsonb_build_object('hold_id', v_row.id, 'expires_at', v_row.hold_expires_at);
exception
  when exclusion_violation then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
  when unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint <> 'appointments_seat_idx' then
      raise;
    end if;
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
end $$;
comment on function public.hold_slot_atomic is
  'Keeps a time for a while; book_appointment_atomic(p_hold_id) confirms it. Nobody waits for a hold that ran out.';
grant execute on function public.hold_slot_atomic to voxanne_tenant, voxanne_service, service_role;

create function public.release_hold_atomic(
  p_org_id uuid,
  p_hold_id uuid,
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
begin
  if v_fault is not null then
    return v_fault;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_hold_id);
  if v_before.id is null or v_before.hold_expires_at is null then
    return app_private.booking_refused('HOLD_NOT_FOUND', 'There is no such hold.');
  end if;
  if v_before.status = 'cancelled' then
    return app_private.appointment_answer(v_before, true);
  end if;
  if v_before.status <> 'held' then
    return app_private.booking_refused('NOT_CHANGEABLE', 'That hold has become an appointment. Cancel the appointment.');
  end if;
  update public.appointments set status = 'cancelled' where org_id = p_org_id and id = p_hold_id returning * into v_row;
  perform app_private.audit_appointment('appointment.hold_released', v_before, v_row, p_reason,
    v_source, p_actor_id, p_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false);
end $$;
grant execute on function public.release_hold_atomic to voxanne_tenant, voxanne_service, service_role;
