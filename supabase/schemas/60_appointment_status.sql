create function app_private.allowed_changes(p_status text) returns text[]
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select case p_status
    when 'pending' then array['confirmed']
    when 'confirmed' then array['arrived', 'completed', 'no_show']
    when 'arrived' then array['completed', 'no_show', 'confirmed']
    -- Corrections at the front desk: the patient came late after all, the visit is not over yet.
    when 'completed' then array['arrived', 'no_show']
    when 'no_show' then array['arrived', 'completed', 'confirmed']
    else array[]::text[]
  end
$$;
comment on function app_private.allowed_changes is
  'The statuses that a person may give an appointment by hand. Holding, confirming a hold, canceling and undoing have functions of their own.';
grant execute on function app_private.allowed_changes to voxanne_tenant, voxanne_service, service_role;

create function app_private.may_become(p_from text, p_to text) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select p_to = any (app_private.allowed_changes(p_from))
$$;
comment on function app_private.may_become is 'Whether a person may change the one status into the other by hand.';

create function public.set_appointment_status(
  p_org_id uuid,
  p_appointment_id uuid,
  p_status text,
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
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'We couldn’t find that appointment at this clinic. Reload the list.');
  end if;
  if v_before.status = p_status then
    return app_private.appointment_answer(v_before, true);
  end if;
  if p_status is null or not app_private.may_become(v_before.status, p_status) then
    return app_private.refusal('ILLEGAL_TRANSITION', format('This appointment can’t be marked as %s, because %s.',
      case p_status when 'arrived' then 'checked in' when 'completed' then 'done' when 'no_show' then 'a no-show'
        else coalesce(left(p_status, 20), 'nothing') end, app_private.status_as_reason(v_before.status)));
  end if;
  if v_before.status in ('no_show', 'completed') and p_status in ('confirmed', 'arrived') then
    -- It had given its time back, and takes it again.
    perform app_private.lock_providers(p_org_id, array[v_before.provider_id]);
    if not v_before.overbooked and not app_private.is_free(p_org_id, v_before.provider_id, v_before.busy_from,
      v_before.busy_to, case when v_before.seat is not null then v_before.session_id end, p_appointment_id) then
      return app_private.refusal('SLOT_UNAVAILABLE', 'That time is no longer free.');
    end if;
    perform app_private.end_expired_holds(p_org_id, v_before.provider_id, v_before.busy_from, v_before.busy_to);
  end if;
  update public.appointments set
      status = p_status, undoable = null, undo_until = null,
      sync_state = case when v_before.status = 'pending' and app_private.calendar_linked(p_org_id) then 'pending'
        else sync_state end
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  if v_before.status = 'pending' then
    perform app_private.announce_appointment(v_row, 'message.confirmation', 'booked');
  end if;
  perform app_private.audit_appointment('appointment.' || p_status, v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false);
exception
  when exclusion_violation or unique_violation then
    return app_private.refusal('SLOT_UNAVAILABLE', 'That time is no longer free.');
end $$;
grant execute on function public.set_appointment_status to voxanne_tenant, voxanne_service, service_role;
