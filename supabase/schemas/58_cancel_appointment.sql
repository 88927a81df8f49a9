create function public.cancel_appointment_atomic(
  p_org_id uuid,
  p_appointment_id uuid,
  p_reason text default null,
  p_notify boolean default true,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
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
  -- Giving a time back needs the row's lock alone: nobody can be in the way of that.
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'We couldn’t find that appointment at this clinic. Reload the list.');
  end if;
  if v_before.status = 'cancelled' then
    return app_private.appointment_answer(v_before, true) || jsonb_build_object('undo_until', v_before.undo_until);
  end if;
  if v_before.status not in ('pending', 'held', 'confirmed', 'arrived') then
    return app_private.refusal('NOT_CHANGEABLE',
      format('This appointment can’t be canceled, because %s.', app_private.status_as_reason(v_before.status)));
  end if;
  update public.appointments set
      status = 'cancelled', version = version + 1,
      sync_state = case when v_before.status in ('confirmed', 'arrived') and app_private.calendar_linked(p_org_id)
        then 'pending' else sync_state end,
      undoable = case when v_before.status <> 'held' then app_private.remember_place(v_before, 'cancelled') end,
      undo_until = case when v_before.status <> 'held' then clock_timestamp() + interval '10 minutes' end
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  perform app_private.announce_appointment(v_row,
    case when p_notify and v_before.status in ('confirmed', 'arrived') then 'message.cancellation' end, 'cancelled');
  perform app_private.audit_appointment('appointment.cancelled', v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('undo_until', v_row.undo_until);
end $$;
grant execute on function public.cancel_appointment_atomic to voxanne_tenant, voxanne_service, service_role;
