create function public.hold_slot_atomic(
  p_org_id uuid,
  p_service_type text,
  p_scheduled_at timestamptz,
  p_duration_minutes integer,
  p_hold_seconds integer default 600,
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
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_service text := btrim(p_service_type);
  v_error jsonb;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_row public.appointments;
  v_constraint text;
begin
  v_error := coalesce(app_private.caller_error(p_org_id, v_by, null),
    app_private.time_error(p_scheduled_at, p_duration_minutes));
  if v_error is not null then
    return v_error;
  end if;
  if v_service is null or length(v_service) not between 1 and 80 then
    return app_private.refusal('INVALID_SERVICE', 'The service is missing.');
  end if;
  if p_hold_seconds is null or p_hold_seconds not between 1 and 172800 then
    return app_private.refusal('INVALID_HOLD', 'A hold can last from one second to two days.');
  end if;
  if p_contact_id is not null and not exists (
    select 1 from public.leads where org_id = p_org_id and id = p_contact_id) then
    return app_private.refusal('CONTACT_NOT_FOUND', 'We couldn’t find that patient at this clinic. Choose another one.');
  end if;
  v_candidates := app_private.bookable_providers(p_org_id, p_provider_ids);
  if v_candidates is null and p_provider_ids is not null then
    return app_private.refusal('PROVIDER_NOT_FOUND', 'We couldn’t find that provider at this clinic. Choose another one.');
  end if;
  perform app_private.lock_providers(p_org_id, v_candidates);
  v_slot := app_private.take_slot(p_org_id,
    app_private.slot_of(p_org_id, v_service, p_scheduled_at, p_duration_minutes), v_candidates,
    p_prefer => null, p_except => null, p_overbook => false, p_check_time_off => true);
  if v_slot.provider_id is null then
    return app_private.slot_taken();
  end if;
  perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to);
  insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes,
      busy_from, busy_to, session_id, seat, source, call_id, status, hold_expires_at)
    values (p_org_id, v_slot.provider_id, p_contact_id, v_service, p_scheduled_at, p_duration_minutes,
      v_slot.busy_from, v_slot.busy_to, v_slot.session_id, v_slot.seat,
      case v_by.source when 'google' then 'system' else v_by.source end, v_by.call_id, 'held',
      clock_timestamp() + make_interval(secs => p_hold_seconds))
    returning * into v_row;
  perform app_private.audit_appointment('appointment.held', null, v_row, null, v_by);
  return app_private.appointment_answer(v_row, false)
    || jsonb_build_object('hold_id', v_row.id, 'expires_at', v_row.hold_expires_at);
exception
  when exclusion_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint not in ('appointments_no_overlap', 'appointments_seat_idx') then
      raise;
    end if;
    return app_private.slot_taken();
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
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_error jsonb := app_private.caller_error(p_org_id, v_by, p_reason);
  v_before public.appointments;
  v_row public.appointments;
begin
  if v_error is not null then
    return v_error;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_hold_id);
  if v_before.id is null or v_before.hold_expires_at is null then
    return app_private.refusal('HOLD_NOT_FOUND', 'We couldn’t find that hold. It may have expired; choose the time again.');
  end if;
  if v_before.status = 'cancelled' then
    return app_private.appointment_answer(v_before, true);
  end if;
  if v_before.status <> 'held' then
    return app_private.refusal('NOT_CHANGEABLE', 'That time is booked now, so there’s no hold to release. Cancel the appointment instead.');
  end if;
  update public.appointments set status = 'cancelled' where org_id = p_org_id and id = p_hold_id returning * into v_row;
  perform app_private.audit_appointment('appointment.hold_released', v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false);
end $$;
grant execute on function public.release_hold_atomic to voxanne_tenant, voxanne_service, service_role;

-- A hold that ran out ends like one that was given back, and the audit log says so.
create function app_private.end_hold(p_before public.appointments) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare v_after public.appointments;
begin
  update public.appointments set status = 'cancelled' where id = (p_before).id returning * into v_after;
  perform app_private.audit_appointment('appointment.hold_expired', p_before, v_after, null,
    row('system', null, null, null)::app_private.origin);
end $$;

-- Holds that ran out and are in the way of a row that is about to be written. One that is being confirmed right now is
-- left alone: the constraint decides then.
create function app_private.end_expired_holds(
  p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz
) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare v_hold public.appointments;
begin
  for v_hold in
    select * from public.appointments a
    where a.org_id = p_org_id and a.provider_id = p_provider_id
      and a.status = 'held' and a.hold_expires_at <= clock_timestamp()
      and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from
    order by a.hold_expires_at limit 100 for no key update skip locked
  loop
    perform app_private.end_hold(v_hold);
  end loop;
end $$;

create function app_private.expire_holds(p_limit integer default 500) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_hold public.appointments;
  v_count integer := 0;
begin
  for v_hold in
    select * from public.appointments a
    where a.status = 'held' and a.hold_expires_at <= clock_timestamp()
    order by a.hold_expires_at limit p_limit for no key update skip locked
  loop
    perform app_private.end_hold(v_hold);
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;
comment on function app_private.expire_holds is
  'The sweep: screens and waitlists hear of a hold that ran out although nobody wanted its time.';
grant execute on function app_private.expire_holds to voxanne_service, service_role;
