-- The one door, second half: how a time that was taken changes. Each function locks the appointment's row first and
-- then, where it needs time, the providers; each says what it replaced in the audit log, in the same transaction.

create function public.move_appointment_atomic(
  p_org_id uuid,
  p_appointment_id uuid,
  p_scheduled_at timestamptz,
  p_duration_minutes integer default null,
  p_provider_id uuid default null,
  p_provider_ids uuid[] default null,
  p_overbook boolean default false,
  p_reason text default null,
  p_notify boolean default true,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_source text := app_private.booking_source(p_source);
  v_minutes integer;
  v_fault jsonb;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_before public.appointments;
  v_row public.appointments;
  v_constraint text;
begin
  v_fault := app_private.door_fault(p_org_id, v_source, p_reason);
  if v_fault is null and p_overbook then
    v_fault := app_private.overbooking_fault(p_org_id, p_reason);
  end if;
  if v_fault is not null then
    return v_fault;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.booking_refused('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  if v_before.status not in ('pending', 'confirmed') then
    return app_private.booking_refused('NOT_CHANGEABLE',
      format('An appointment that is %s cannot be moved.', replace(v_before.status, '_', ' ')));
  end if;
  v_minutes := coalesce(p_duration_minutes, v_before.duration_minutes);
  v_fault := app_private.time_fault(p_scheduled_at, v_minutes);
  if v_fault is not null then
    return v_fault;
  end if;
  -- Whoever names no provider keeps the one there is.
  v_candidates := app_private.bookable_providers(p_org_id,
    case when p_provider_ids is null then coalesce(p_provider_id, v_before.provider_id) else p_provider_id end,
    p_provider_ids);
  if v_candidates is null then
    return app_private.booking_refused('PROVIDER_NOT_FOUND', 'There is no such provider.');
  end if;
  if v_before.scheduled_at = p_scheduled_at and v_before.duration_minutes = v_minutes
    and v_before.provider_id = any (v_candidates) then
    return app_private.appointment_answer(v_before, true);
  end if;
  perform app_private.lock_providers(p_org_id, v_candidates || v_before.provider_id);
  v_slot := app_private.take_slot(p_org_id,
    app_private.slot_of(p_org_id, v_before.service_type, p_scheduled_at, v_minutes),
    v_candidates, v_before.provider_id, p_appointment_id, p_overbook);
  if v_slot.provider_id is null then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'That time is already taken.');
  end if;
  perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to, 100);
  -- The same row: its id, its contact and its event in Google stay what they were.
  update public.appointments set
      scheduled_at = p_scheduled_at, duration_minutes = v_minutes, provider_id = v_slot.provider_id,
      busy_from = v_slot.busy_from, busy_to = v_slot.busy_to, session_id = v_slot.session_id, seat = v_slot.seat,
      overbooked = v_slot.overbooked, version = version + 1,
      sync_state = case when status = 'confirmed' and app_private.calendar_linked(p_org_id) then 'pending'
        else 'not_linked' end,
      undoable = app_private.remember_place(v_before, 'moved'),
      undo_until = clock_timestamp() + interval '10 minutes'
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  perform app_private.announce_appointment(v_row,
    case when p_notify and v_row.status = 'confirmed' then 'message.confirmation' end, 'moved');
  perform app_private.audit_appointment('appointment.moved', v_before, v_row, p_reason,
    v_source, p_actor_id, p_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('undo_until', v_row.undo_until);
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
comment on function public.move_appointment_atomic is
  'Reschedules on the same row. p_provider_id or p_provider_ids: to whom it may go; neither: it stays with its provider.';

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
  language plpgsql security definer set search_path = ''
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
  -- Giving a time back needs the row's lock alone: nobody can be in the way of that.
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.booking_refused('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  if v_before.status = 'cancelled' then
    return app_private.appointment_answer(v_before, true) || jsonb_build_object('undo_until', v_before.undo_until);
  end if;
  if v_before.status not in ('pending', 'held', 'confirmed', 'arrived') then
    return app_private.booking_refused('NOT_CHANGEABLE',
      format('An appointment that is %s cannot be cancelled.', replace(v_before.status, '_', ' ')));
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
  perform app_private.audit_appointment('appointment.cancelled', v_before, v_row, p_reason,
    v_source, p_actor_id, p_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('undo_until', v_row.undo_until);
end $$;

create function public.undo_appointment_atomic(
  p_org_id uuid,
  p_appointment_id uuid,
  p_reason text default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = ''
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
  if not v_old.overbooked and not app_private.is_free(
    p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to,
    case when v_old.seat is not null then v_old.session_id end, p_appointment_id) then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'Somebody else has that time by now.');
  end if;
  perform app_private.end_expired_holds(p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to, 100);
  update public.appointments set
      status = v_old.status, scheduled_at = v_old.scheduled_at, duration_minutes = v_old.duration_minutes,
      provider_id = v_old.provider_id, busy_from = v_old.busy_from, busy_to = v_old.busy_to,
      session_id = v_old.session_id, seat = v_old.seat, overbooked = v_old.overbooked, version = version + 1,
      sync_state = case when v_old.status in ('confirmed', 'arrived') and app_private.calendar_linked(p_org_id)
        then 'pending' else 'not_linked' end,
      undoable = null, undo_until = null
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  perform app_private.announce_appointment(v_row, case when v_row.status = 'confirmed' then 'message.confirmation' end,
    case when v_before.status = 'cancelled' then 'restored' else 'moved' end);
  perform app_private.audit_appointment('appointment.undone', v_before, v_row, p_reason,
    v_source, p_actor_id, p_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false);
exception
  -- Also a seat that was given away in a shared session.
  when exclusion_violation or unique_violation then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'Somebody else has that time by now.');
end $$;
comment on function public.undo_appointment_atomic is 'Puts back what the last move or cancellation replaced, for ten minutes, while that time is free.';

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
  language plpgsql security definer set search_path = ''
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
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.booking_refused('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  if v_before.status = p_status then
    return app_private.appointment_answer(v_before, true);
  end if;
  if p_status is null or not app_private.may_become(v_before.status, p_status) then
    return app_private.booking_refused('ILLEGAL_TRANSITION', format('An appointment that is %s cannot become %s.',
      replace(v_before.status, '_', ' '), coalesce(replace(left(p_status, 20), '_', ' '), 'nothing')));
  end if;
  if v_before.status in ('no_show', 'completed') and p_status in ('confirmed', 'arrived') then
    -- It had given its time back, and takes it again.
    perform app_private.lock_providers(p_org_id, array[v_before.provider_id]);
    if not v_before.overbooked and not app_private.is_free(p_org_id, v_before.provider_id, v_before.busy_from,
      v_before.busy_to, case when v_before.seat is not null then v_before.session_id end, p_appointment_id) then
      return app_private.booking_refused('SLOT_UNAVAILABLE', 'Somebody else has that time by now.');
    end if;
    perform app_private.end_expired_holds(p_org_id, v_before.provider_id, v_before.busy_from, v_before.busy_to, 100);
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
  perform app_private.audit_appointment('appointment.' || p_status, v_before, v_row, p_reason,
    v_source, p_actor_id, p_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false);
exception
  when exclusion_violation or unique_violation then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'Somebody else has that time by now.');
end $$;

revoke execute on function public.move_appointment_atomic, public.cancel_appointment_atomic,
  public.undo_appointment_atomic, public.set_appointment_status from public, anon;
grant execute on function public.move_appointment_atomic, public.cancel_appointment_atomic,
  public.undo_appointment_atomic, public.set_appointment_status to authenticated, voxanne_service, service_role;
