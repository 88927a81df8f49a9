-- Changes when an appointment is and what it is about: its service, its patient and its notes, with or without another
-- time, in one step. Time off can be booked over on purpose. As every change of an appointment, it locks the row first and
-- then, where it needs time, the providers, and the audit log says what it replaced, in the same transaction.
create function public.move_appointment_atomic(
  p_org_id uuid,
  p_appointment_id uuid,
  p_scheduled_at timestamptz,
  p_duration_minutes integer default null,
  p_provider_ids uuid[] default null,
  p_overbook boolean default false,
  p_reason text default null,
  p_notify boolean default true,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null,
  p_service_type text default null,
  p_contact_id uuid default null,
  p_notes text default null,
  p_check_time_off boolean default true
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
declare
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_minutes integer;
  v_service text;
  v_contact_id uuid;
  v_notes text;
  v_stays boolean;
  v_error jsonb;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_before public.appointments;
  v_row public.appointments;
  v_constraint text;
begin
  v_error := app_private.caller_error(p_org_id, v_by, p_reason);
  if v_error is null and p_overbook then
    v_error := app_private.overbooking_error(p_reason);
  end if;
  if v_error is null and not p_check_time_off and v_by.source not in ('api', 'dashboard') then
    v_error := app_private.refusal('OFF_DUTY_NOT_ALLOWED', 'Only staff can book during time off.');
  end if;
  if v_error is not null then
    return v_error;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'We couldn’t find that appointment at this clinic. Reload the list.');
  end if;
  v_minutes := coalesce(p_duration_minutes, v_before.duration_minutes);
  v_service := coalesce(btrim(p_service_type), v_before.service_type);
  v_contact_id := coalesce(p_contact_id, v_before.contact_id);
  -- An empty text takes the notes away.
  v_notes := case when p_notes is null then v_before.notes else nullif(btrim(p_notes), '') end;
  v_stays := v_before.scheduled_at = p_scheduled_at and v_before.duration_minutes = v_minutes
    and (p_provider_ids is null or v_before.provider_id = any (p_provider_ids));
  if v_before.status not in ('pending', 'confirmed')
    and (not v_stays or v_before.status not in ('arrived', 'completed', 'no_show')) then
    return app_private.refusal('NOT_CHANGEABLE', format('This appointment can’t be %s, because %s.',
      case when v_stays then 'changed' else 'moved' end, app_private.status_as_reason(v_before.status)));
  end if;
  v_error := app_private.time_error(p_scheduled_at, v_minutes);
  if v_error is not null then
    return v_error;
  end if;
  if length(v_service) not between 1 and 80 then
    return app_private.refusal('INVALID_SERVICE', 'The service is missing.');
  end if;
  if length(v_notes) > 2000 then
    return app_private.refusal('INVALID_NOTES', 'The notes are too long. Use at most 2,000 characters.');
  end if;
  if v_contact_id is distinct from v_before.contact_id and not exists (
    select 1 from public.leads l where l.org_id = p_org_id and l.id = v_contact_id) then
    return app_private.refusal('CONTACT_NOT_FOUND', 'We couldn’t find that patient at this clinic. Choose another one.');
  end if;
  if v_stays and (v_service, v_contact_id, v_notes) is not distinct from
    (v_before.service_type, v_before.contact_id, v_before.notes) then
    return app_private.appointment_answer(v_before, true);
  end if;

  -- A visit that has begun keeps the time it took, whatever it turns out to be for.
  if v_stays and (v_service = v_before.service_type or v_before.status not in ('pending', 'confirmed')) then
    v_slot := row(v_before.busy_from, v_before.busy_to, v_before.session_id, null, v_before.provider_id, v_before.seat,
      v_before.overbooked, v_before.scheduled_at,
      v_before.scheduled_at + make_interval(mins => v_before.duration_minutes))::app_private.slot;
  else
    -- Without a provider in the request it stays with its own.
    v_candidates := app_private.bookable_providers(p_org_id, coalesce(p_provider_ids, array[v_before.provider_id]));
    if v_candidates is null then
      return app_private.refusal('PROVIDER_NOT_FOUND', 'We couldn’t find that provider at this clinic. Choose another one.');
    end if;
    perform app_private.lock_providers(p_org_id, v_candidates || v_before.provider_id);
    v_slot := app_private.take_slot(p_org_id,
      app_private.slot_of(p_org_id, v_service, p_scheduled_at, v_minutes), v_candidates,
      p_prefer => v_before.provider_id, p_except => p_appointment_id, p_overbook => p_overbook,
      p_check_time_off => p_check_time_off);
    if v_slot.provider_id is null then
      return app_private.slot_taken();
    end if;
    perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to);
  end if;
  -- The same row: its id and its event in Google stay what they were.
  update public.appointments set
      scheduled_at = p_scheduled_at, duration_minutes = v_minutes, provider_id = v_slot.provider_id,
      service_type = v_service, contact_id = v_contact_id, notes = v_notes,
      busy_from = v_slot.busy_from, busy_to = v_slot.busy_to, session_id = v_slot.session_id, seat = v_slot.seat,
      overbooked = v_slot.overbooked, version = version + 1,
      sync_state = case when status <> 'pending' and app_private.calendar_linked(p_org_id) then 'pending'
        else 'not_linked' end,
      -- Notes are written over and over; an undo takes back what was done before them.
      undoable = case when v_stays and (v_service, v_contact_id) = (v_before.service_type, v_before.contact_id)
        then undoable else app_private.remember_place(v_before, case when v_stays then 'changed' else 'moved' end) end,
      undo_until = case when v_stays and (v_service, v_contact_id) = (v_before.service_type, v_before.contact_id)
        then undo_until else clock_timestamp() + interval '10 minutes' end
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  -- The text names the time and nothing else: where that stays for the same patient, there is nothing to tell.
  perform app_private.announce_appointment(v_row,
    case when p_notify and v_row.status = 'confirmed'
      and (v_row.scheduled_at, v_row.contact_id) is distinct from (v_before.scheduled_at, v_before.contact_id)
      then 'message.confirmation' end,
    case when v_row.contact_id is distinct from v_before.contact_id then 'booked' else 'moved' end);
  perform app_private.audit_appointment(case when v_stays then 'appointment.changed' else 'appointment.moved' end,
    v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('undo_until', v_row.undo_until);
exception
  when exclusion_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint not in ('appointments_no_overlap', 'appointments_seat_idx') then
      raise;
    end if;
    return app_private.slot_taken();
end $$;
comment on function public.move_appointment_atomic is
  'Reschedules on the same row, and changes what it is about: service, patient, notes (an empty text removes them). p_provider_ids: to whom it may go; null: it stays with its provider. p_check_time_off: not over time off; false is for staff.';
grant execute on function public.move_appointment_atomic to voxanne_tenant, voxanne_service, service_role;
