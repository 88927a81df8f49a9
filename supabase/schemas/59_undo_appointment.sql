-- What undo needs to put a row back.
create function app_private.remember_place(p_row public.appointments, p_action text) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('action', p_action, 'status', (p_row).status, 'scheduled_at', (p_row).scheduled_at,
    'duration_minutes', (p_row).duration_minutes, 'provider_id', (p_row).provider_id, 'busy_from', (p_row).busy_from,
    'busy_to', (p_row).busy_to, 'session_id', (p_row).session_id, 'seat', (p_row).seat,
    'overbooked', (p_row).overbooked, 'service_type', (p_row).service_type, 'contact_id', (p_row).contact_id)
$$;

create function public.undo_appointment_atomic(
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
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_error jsonb := app_private.caller_error(p_org_id, v_by, p_reason);
  v_before public.appointments;
  v_row public.appointments;
  v_old public.appointments;
begin
  if v_error is not null then
    return v_error;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'We couldn’t find that appointment at this clinic. Reload the list.');
  end if;
  if v_before.undoable is null then
    return app_private.refusal('NOTHING_TO_UNDO', 'There’s nothing to undo for this appointment.');
  end if;
  if v_before.undo_until <= clock_timestamp() then
    return app_private.refusal('UNDO_EXPIRED', 'You can only undo a move or cancellation for ten minutes, and that time is up.');
  end if;
  v_old := jsonb_populate_record(v_before, v_before.undoable - 'action');
  perform app_private.lock_providers(p_org_id, array[v_old.provider_id, v_before.provider_id]);
  if not exists (
    select 1 from public.providers
    where org_id = p_org_id and id = v_old.provider_id and active and deleted_at is null) then
    return app_private.refusal('PROVIDER_NOT_FOUND',
      'That provider no longer takes appointments. Book it with another provider.');
  end if;
  if not v_old.overbooked and not app_private.is_free(
    p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to,
    case when v_old.seat is not null then v_old.session_id end, p_appointment_id,
    v_before.undo_until - interval '10 minutes') then
    return app_private.refusal('SLOT_UNAVAILABLE', 'That time is no longer free.');
  end if;
  perform app_private.end_expired_holds(p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to);
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
  -- Where no text went out about the change, none goes out about the undo.
  perform app_private.announce_appointment(v_row,
    case when v_row.status = 'confirmed' and v_row.visible_version = v_row.version and exists (
      select 1 from public.outbox
      where org_id = p_org_id and topic in ('message.confirmation', 'message.cancellation')
        and key in (p_appointment_id || ':' || v_before.visible_version,
          p_appointment_id || ':' || v_before.visible_version || ':passed_on')) then 'message.confirmation' end,
    case when v_row.contact_id is distinct from v_before.contact_id then 'booked'
      when v_before.status = 'cancelled' then 'restored' else 'moved' end);
  perform app_private.audit_appointment('appointment.undone', v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false);
exception
  -- Also a seat that was given away in a shared session.
  when exclusion_violation or unique_violation then
    return app_private.refusal('SLOT_UNAVAILABLE', 'That time is no longer free.');
end $$;
comment on function public.undo_appointment_atomic is
  'Puts back what the last move or cancellation replaced, for ten minutes, while that time is free.';
grant execute on function public.undo_appointment_atomic to voxanne_tenant, voxanne_service, service_role;
