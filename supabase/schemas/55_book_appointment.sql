-- The one function that books. Lock, re-read, insert; contact, appointment, outbox and audit rows commit
-- together or not at all. It checks validity and overlap; opening hours, notice and horizon are the caller's.
-- It asks a dozen small questions whose plans are the same for every clinic, as do the functions that hold, move and
-- cancel; making the plans anew for each booking was a sixth of what it costs.
create function public.book_appointment_atomic(
  p_org_id uuid,
  p_name text,
  p_email text,
  p_phone text,
  p_service_type text,
  p_scheduled_at timestamptz,
  p_duration_minutes integer,
  p_notes text default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null,
  p_provider_ids uuid[] default null,
  p_check_time_off boolean default false,
  p_hold_id uuid default null,
  p_status text default 'confirmed',
  p_overbook boolean default false,
  p_reason text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
declare
  v_org public.organizations;
  v_name text := left(app_private.normalize_name(p_name), 120);
  v_email text := nullif(lower(btrim(p_email)), '');
  v_service text := btrim(p_service_type);
  v_by app_private.origin := app_private.origin_of(p_source, p_actor_id, p_call_id, p_request_id);
  v_phone text;
  v_error jsonb;
  v_contact_id uuid;
  v_elsewhere uuid;
  v_candidates uuid[];
  v_slot app_private.slot;
  v_before public.appointments;
  v_row public.appointments;
  v_constraint text;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.require_right('appointments.book');
  select * into v_org from public.organizations where id = p_org_id;
  if not found then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  if v_name is null then
    return app_private.refusal('INVALID_NAME', 'The patient’s name is missing.');
  end if;
  v_phone := app_private.normalize_phone(p_phone, v_org.country);
  if v_phone is null then
    return app_private.refusal('INVALID_PHONE', 'That number can’t be called or texted. Check it digit by digit, including the area code.');
  end if;
  if v_email is not null and (v_email !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' or length(v_email) > 254) then
    return app_private.refusal('INVALID_EMAIL', 'That isn’t an email address. Check it, or leave it out.');
  end if;
  if v_service is null or length(v_service) not between 1 and 80 then
    return app_private.refusal('INVALID_SERVICE', 'The service is missing.');
  end if;
  v_error := app_private.time_error(p_scheduled_at, p_duration_minutes);
  if v_error is not null then
    return v_error;
  end if;
  if length(btrim(p_notes)) > 2000 then
    return app_private.refusal('INVALID_NOTES', 'The notes are too long. Use at most 2,000 characters.');
  end if;
  if v_by.source is null or v_by.source not in ('api', 'dashboard', 'voice', 'patient', 'system') then
    return app_private.refusal('INVALID_SOURCE', 'p_source must be api, dashboard, voice, patient or system.');
  end if;
  if p_status is null or p_status not in ('pending', 'confirmed') then
    return app_private.refusal('INVALID_STATUS', 'A new appointment can only be confirmed or pending.');
  end if;
  if length(p_reason) > 500 then
    return app_private.refusal('INVALID_REASON', 'The reason is too long. Use at most 500 characters.');
  end if;
  if p_overbook then
    v_error := app_private.overbooking_error(p_reason);
    if v_error is not null then
      return v_error;
    end if;
  end if;
  if p_hold_id is not null then
    -- A hold has its place already; confirming it needs no other one.
    v_before := app_private.lock_appointment(p_org_id, p_hold_id);
    if v_before.id is null or v_before.hold_expires_at is null then
      return app_private.refusal('HOLD_NOT_FOUND', 'We couldn’t find that hold. It may have expired; choose the time again.');
    end if;
    perform app_private.lock_providers(p_org_id, array[v_before.provider_id]);
    if v_before.status in ('pending', 'confirmed') and exists (
      select 1 from public.leads
      where id = v_before.contact_id and phone = v_phone and app_private.is_same_name(name, v_name)) then
      return app_private.appointment_answer(v_before, true) || jsonb_build_object('phone', v_phone, 'name', v_name);
    end if;
    if v_before.status <> 'held' or v_before.hold_expires_at <= clock_timestamp() then
      return app_private.refusal('HOLD_EXPIRED', 'The hold on that time has expired. The time may still be free.');
    end if;
    -- A hold keeps others out; it does not keep the provider in.
    if not app_private.is_on_duty(v_before) then
      return app_private.refusal('HOLD_EXPIRED', 'That time is no longer available, because the provider is away.');
    end if;
    perform app_private.lock_person(p_org_id, v_phone);
    v_contact_id := app_private.find_person(p_org_id, v_phone, v_name);
    v_elsewhere := app_private.place_of_patient(
      p_org_id, v_contact_id, v_before.scheduled_at, v_before.duration_minutes, p_hold_id);
    if v_elsewhere is not null and not p_overbook then
      return app_private.already_booked(v_elsewhere);
    end if;
    update public.appointments
      set status = p_status, contact_id = app_private.upsert_contact(p_org_id, v_name, v_phone, v_email),
        notes = nullif(btrim(p_notes), ''), source = v_by.source, call_id = v_by.call_id,
        sync_state = case when p_status = 'confirmed' and app_private.calendar_linked(p_org_id) then 'pending' else 'not_linked' end
      where org_id = p_org_id and id = p_hold_id
      returning * into v_row;
  else
    v_candidates := app_private.bookable_providers(p_org_id, p_provider_ids);
    if v_candidates is null and p_provider_ids is not null then
      return app_private.refusal('PROVIDER_NOT_FOUND', 'We couldn’t find that provider at this clinic. Choose another one.');
    end if;
    perform app_private.lock_providers(p_org_id, v_candidates);
    perform app_private.lock_person(p_org_id, v_phone);
    v_contact_id := app_private.find_person(p_org_id, v_phone, v_name);
    if v_by.call_id is not null then
      -- A model calls the tool again with a new id when an answer was slow (seen in the wild), and a caller whose line
      -- broke calls again. Read behind the locks: the first one has committed by now, and this is its answer.
      select * into v_row from public.appointments a
        where a.org_id = p_org_id and a.contact_id = v_contact_id and a.service_type = v_service
          and a.scheduled_at = date_trunc('minute', p_scheduled_at, 'UTC')
          and a.provider_id = any (v_candidates) and a.status in ('pending', 'confirmed', 'arrived')
        limit 1;
      if found then
        return app_private.appointment_answer(v_row, true) || jsonb_build_object('phone', v_phone, 'name', v_name);
      end if;
    end if;
    v_slot := app_private.take_slot(p_org_id,
      app_private.slot_of(p_org_id, v_service, p_scheduled_at, p_duration_minutes), v_candidates,
      p_prefer => null, p_except => null, p_overbook => p_overbook, p_check_time_off => p_check_time_off);
    if v_slot.provider_id is null then
      return app_private.slot_taken();
    end if;
    v_elsewhere := app_private.place_of_patient(p_org_id, v_contact_id, v_slot.scheduled_at, p_duration_minutes, null);
    if v_elsewhere is not null and not p_overbook then
      return app_private.already_booked(v_elsewhere);
    end if;
    perform app_private.end_expired_holds(p_org_id, v_slot.provider_id, v_slot.busy_from, v_slot.busy_to);
    insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes,
        busy_from, busy_to, session_id, seat, overbooked, notes, source, call_id, status, sync_state)
      values (p_org_id, v_slot.provider_id, app_private.upsert_contact(p_org_id, v_name, v_phone, v_email), v_service,
        p_scheduled_at, p_duration_minutes, v_slot.busy_from, v_slot.busy_to, v_slot.session_id, v_slot.seat,
        v_slot.overbooked, nullif(btrim(p_notes), ''), v_by.source, v_by.call_id, p_status,
        case when p_status = 'confirmed' and app_private.calendar_linked(p_org_id) then 'pending' else 'not_linked' end)
      returning * into v_row;
  end if;

  if v_row.status = 'confirmed' then
    perform app_private.announce_appointment(v_row, 'message.confirmation', 'booked');
  end if;
  perform app_private.audit_appointment('appointment.booked', v_before, v_row, p_reason, v_by);
  return app_private.appointment_answer(v_row, false) || jsonb_build_object('phone', v_phone, 'name', v_name);
exception
  -- Cannot happen behind the lock, and keeps the promise if it does: the block rolled everything back.
  when exclusion_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint not in ('appointments_no_overlap', 'appointments_seat_idx') then
      raise;
    end if;
    return app_private.slot_taken();
end $$;
comment on function public.book_appointment_atomic is
  'Books or says why not: {success, appointment_id, contact_id, ...} or {success: false, error, message}. success:false writes nothing. p_provider_ids: who may take it; null: anyone. p_check_time_off: not over time off; plain SQL books whenever nothing overlaps. p_hold_id turns a hold into the booking: its time, provider and service count.';
grant execute on function public.book_appointment_atomic to authenticated, voxanne_tenant, voxanne_service, service_role;
