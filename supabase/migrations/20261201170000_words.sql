-- What the functions that book, move, invite and so on say when they refuse, in the words of a front desk.

CREATE OR REPLACE FUNCTION app_private.role_error(p_role text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if p_role is null or p_role not in ('owner', 'admin', 'staff', 'auditor') then
    return app_private.refusal('UNKNOWN_ROLE', 'That isn’t a role. Choose owner, admin, staff or auditor.');
  end if;
  if p_role = 'owner' and not app_private.has_right('owners.manage') then
    return app_private.refusal('OWNER_REQUIRED', 'Only an owner can add, change or remove an owner. Ask an owner of the clinic.');
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION app_private.invite(p_org_id uuid, p_email text, p_role text, p_token_hash bytea, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_email text := lower(btrim(p_email));
  v_error jsonb;
  v_before uuid;
  v_row public.invitations;
begin
  if not app_private.may_act_for(p_org_id) or app_private.user_id() is null then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.require_right('team.manage');
  v_error := app_private.role_error(p_role);
  if v_error is not null then
    return v_error;
  end if;
  perform app_private.lock_team(p_org_id);
  if exists (select 1 from public.profiles where org_id = p_org_id and lower(email) = v_email) then
    return app_private.refusal('ALREADY_A_MEMBER',
      'Someone with that email address is already on the team. You can change their role in the list of members.');
  end if;
  -- Of an address the newest invitation counts. One for an owner is not an admin's to replace.
  select id into v_before from public.invitations
    where org_id = p_org_id and email = v_email and accepted_at is null and withdrawn_at is null;
  if v_before is not null then
    v_error := app_private.withdraw_invitation(p_org_id, v_before, p_request_id);
    if not (v_error ->> 'success')::boolean then
      return v_error;
    end if;
  end if;
  if (select count(*) from public.invitations
      where org_id = p_org_id and accepted_at is null and withdrawn_at is null) >= 100 then
    return app_private.refusal('TOO_MANY_INVITATIONS', 'Your clinic has reached the limit of 100 invitations. Withdraw one you don’t need first.');
  end if;
  insert into public.invitations (org_id, email, role, token_hash, invited_by)
    values (p_org_id, v_email, p_role, p_token_hash, app_private.user_id())
    returning * into v_row;
  perform app_private.audit_team(p_org_id, app_private.user_id(), 'invitation.created', 'invitation', v_row.id, null,
    jsonb_build_object('role', p_role), p_request_id);
  return jsonb_build_object('success', true, 'invitation_id', v_row.id);
end $function$;

CREATE OR REPLACE FUNCTION app_private.withdraw_invitation(p_org_id uuid, p_invitation_id uuid, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_row public.invitations;
  v_error jsonb;
begin
  if not app_private.may_act_for(p_org_id) or app_private.user_id() is null then
    return app_private.refusal('INVITATION_NOT_FOUND', 'We couldn’t find that invitation at this clinic. Reload the list.');
  end if;
  perform app_private.require_right('team.manage');
  select * into v_row from public.invitations where org_id = p_org_id and id = p_invitation_id for update;
  if not found then
    return app_private.refusal('INVITATION_NOT_FOUND', 'We couldn’t find that invitation at this clinic. Reload the list.');
  end if;
  v_error := app_private.role_error(v_row.role);
  if v_error is not null then
    return v_error;
  end if;
  if v_row.accepted_at is not null then
    return app_private.refusal('INVITATION_USED',
      'This invitation was already accepted. To take away their access, remove them from the list of members.');
  end if;
  if v_row.withdrawn_at is null then
    update public.invitations set withdrawn_at = clock_timestamp() where id = v_row.id;
    perform app_private.audit_team(p_org_id, app_private.user_id(), 'invitation.withdrawn', 'invitation', v_row.id,
      jsonb_build_object('role', v_row.role), null, p_request_id);
  end if;
  return jsonb_build_object('success', true);
end $function$;

CREATE OR REPLACE FUNCTION app_private.invitation_error(p_row invitations, p_email text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return case
    when (p_row).id is null
      then app_private.refusal('INVITATION_NOT_FOUND', 'This invitation link doesn’t work. Make sure you opened the whole link, or ask the clinic for a new one.')
    when (p_row).withdrawn_at is not null
      then app_private.refusal('INVITATION_WITHDRAWN', 'This invitation was withdrawn. Ask the clinic for a new one.')
    when (p_row).accepted_at is not null
      then app_private.refusal('INVITATION_USED', 'This invitation was already used. Sign in with the account that used it, or ask the clinic for a new one.')
    when (p_row).expires_at <= clock_timestamp()
      then app_private.refusal('INVITATION_EXPIRED', 'This invitation has expired. Ask the clinic for a new one.')
    when p_email is not null and (p_row).email <> lower(btrim(p_email))
      then app_private.refusal('INVITATION_FOR_ANOTHER',
        'This invitation is for a different email address. Use that address, or ask the clinic to invite this one.')
  end;
end $function$;

CREATE OR REPLACE FUNCTION app_private.accept_invitation(p_token_hash bytea, p_user_id uuid, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_org_id uuid;
  v_email text;
  v_row public.invitations;
  v_error jsonb;
begin
  select org_id into v_org_id from public.invitations where token_hash = p_token_hash;
  perform app_private.lock_team(v_org_id);
  select * into v_row from public.invitations where token_hash = p_token_hash for update;
  if v_row.accepted_by = p_user_id and exists (
    select 1 from public.profiles where org_id = v_row.org_id and user_id = p_user_id) then
    return jsonb_build_object('success', true, 'org_id', v_row.org_id, 'repeated', true);
  end if;
  select lower(u.email) into v_email from auth.users u where u.id = p_user_id;
  v_error := app_private.invitation_error(v_row, coalesce(v_email, ''));
  if v_error is not null then
    return v_error;
  end if;
  insert into public.profiles (user_id, org_id, email, role) values (p_user_id, v_row.org_id, v_email, v_row.role)
    on conflict do nothing;
  if not found then
    return app_private.refusal('ALREADY_A_MEMBER', 'You’re already on this clinic’s team. To change your role, ask an owner or admin.');
  end if;
  update public.invitations set accepted_at = clock_timestamp(), accepted_by = p_user_id where id = v_row.id;
  perform app_private.audit_team(v_row.org_id, p_user_id, 'member.added', 'member', p_user_id, null,
    jsonb_build_object('role', v_row.role, 'invitation_id', v_row.id), p_request_id);
  perform app_private.make_active(p_user_id, v_row.org_id);
  return jsonb_build_object('success', true, 'org_id', v_row.org_id, 'repeated', false);
end $function$;

CREATE OR REPLACE FUNCTION app_private.last_owner_error()
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return app_private.refusal('LAST_OWNER',
    'Every clinic needs an owner, and this is the only one. Make someone else an owner first, or hand over the clinic.');
end $function$;

CREATE OR REPLACE FUNCTION app_private.member_error(p_org_id uuid, p_user_id uuid, p_right text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_role text;
begin
  if not app_private.may_act_for(p_org_id) or app_private.user_id() is null then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.lock_team(p_org_id);
  perform app_private.require_right(p_right);
  select role into v_role from public.profiles where org_id = p_org_id and user_id = p_user_id;
  if not found then
    return app_private.refusal('MEMBER_NOT_FOUND', 'We couldn’t find that person on the team. Reload the list.');
  end if;
  return app_private.role_error(v_role);
end $function$;

CREATE OR REPLACE FUNCTION app_private.leave_organization(p_org_id uuid, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_person uuid := app_private.user_id();
begin
  if not app_private.may_act_for(p_org_id) or v_person is null then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  -- Everyone may go: no right is asked for.
  perform app_private.lock_team(p_org_id);
  if not exists (select 1 from public.profiles where org_id = p_org_id and user_id = v_person) then
    return app_private.refusal('MEMBER_NOT_FOUND', 'You’re no longer on this clinic’s team.');
  end if;
  if app_private.is_last_owner(p_org_id, v_person) then
    return app_private.last_owner_error();
  end if;
  perform app_private.remove_profile(p_org_id, v_person, 'member.left', p_request_id);
  return jsonb_build_object('success', true);
end $function$;

CREATE OR REPLACE FUNCTION app_private.hand_over_ownership(p_org_id uuid, p_user_id uuid, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_error jsonb := app_private.member_error(p_org_id, p_user_id, 'owners.manage');
begin
  if v_error is not null then
    return v_error;
  end if;
  if exists (select 1 from public.profiles where org_id = p_org_id and user_id = p_user_id and role = 'owner') then
    return app_private.refusal('ALREADY_OWNER', case when p_user_id = app_private.user_id()
      then 'You’re already an owner. Choose the person who’s taking over from you.'
      else 'They’re already an owner. To step down, change your own role.' end);
  end if;
  -- First the new one: at no moment is there none.
  perform app_private.set_role(p_org_id, p_user_id, 'owner', p_request_id);
  perform app_private.set_role(p_org_id, app_private.user_id(), 'admin', p_request_id);
  return jsonb_build_object('success', true);
end $function$;

CREATE OR REPLACE FUNCTION app_private.status_as_reason(p_status text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case p_status when 'held' then 'it’s only on hold' when 'pending' then 'it isn’t confirmed yet'
    when 'confirmed' then 'it’s confirmed' when 'arrived' then 'the patient is already here'
    when 'completed' then 'the visit is done' when 'no_show' then 'the patient didn’t come'
    when 'cancelled' then 'it’s canceled' end
$function$;

CREATE OR REPLACE FUNCTION app_private.caller_error(p_org_id uuid, p_by app_private.origin, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not app_private.may_act_for(p_org_id) or not exists (select 1 from public.organizations where id = p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.require_right('appointments.book');
  return case
    when (p_by).source is null or (p_by).source not in ('api', 'dashboard', 'voice', 'patient', 'google', 'system')
      then app_private.refusal('INVALID_SOURCE',
        'p_source must be api, dashboard, voice, patient, google or system.')
    when length(p_reason) > 500
      then app_private.refusal('INVALID_REASON', 'The reason is too long. Use at most 500 characters.')
  end;
end $function$;

CREATE OR REPLACE FUNCTION app_private.time_error(p_scheduled_at timestamp with time zone, p_duration_minutes integer)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when p_duration_minutes is null or p_duration_minutes not between 5 and 480
      then app_private.refusal('INVALID_DURATION', 'An appointment must last 5 to 480 minutes.')
    when p_scheduled_at is null or p_scheduled_at not between '2000-01-01Z' and '2200-01-01Z'
      then app_private.refusal('INVALID_TIME', 'The time of the appointment is missing or out of range.')
  end
$function$;

CREATE OR REPLACE FUNCTION app_private.overbooking_error(p_reason text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when not app_private.has_right('appointments.overbook')
      then app_private.refusal('OVERBOOK_NOT_ALLOWED', 'Only an owner who’s signed in can double-book a time.')
    when nullif(btrim(p_reason), '') is null
      then app_private.refusal('OVERBOOK_REASON_MISSING', 'Double-booking needs a reason. We keep it with the appointment.')
  end
$function$;

CREATE OR REPLACE FUNCTION public.book_appointment_atomic(p_org_id uuid, p_name text, p_email text, p_phone text, p_service_type text, p_scheduled_at timestamp with time zone, p_duration_minutes integer, p_notes text DEFAULT NULL::text, p_source text DEFAULT 'api'::text, p_actor_id text DEFAULT NULL::text, p_call_id text DEFAULT NULL::text, p_request_id text DEFAULT NULL::text, p_provider_ids uuid[] DEFAULT NULL::uuid[], p_check_time_off boolean DEFAULT false, p_hold_id uuid DEFAULT NULL::uuid, p_status text DEFAULT 'confirmed'::text, p_overbook boolean DEFAULT false, p_reason text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.hold_slot_atomic(p_org_id uuid, p_service_type text, p_scheduled_at timestamp with time zone, p_duration_minutes integer, p_hold_seconds integer DEFAULT 600, p_provider_ids uuid[] DEFAULT NULL::uuid[], p_contact_id uuid DEFAULT NULL::uuid, p_source text DEFAULT 'api'::text, p_actor_id text DEFAULT NULL::text, p_call_id text DEFAULT NULL::text, p_request_id text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.release_hold_atomic(p_org_id uuid, p_hold_id uuid, p_reason text DEFAULT NULL::text, p_source text DEFAULT 'api'::text, p_actor_id text DEFAULT NULL::text, p_call_id text DEFAULT NULL::text, p_request_id text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.move_appointment_atomic(p_org_id uuid, p_appointment_id uuid, p_scheduled_at timestamp with time zone, p_duration_minutes integer DEFAULT NULL::integer, p_provider_ids uuid[] DEFAULT NULL::uuid[], p_overbook boolean DEFAULT false, p_reason text DEFAULT NULL::text, p_notify boolean DEFAULT true, p_source text DEFAULT 'api'::text, p_actor_id text DEFAULT NULL::text, p_call_id text DEFAULT NULL::text, p_request_id text DEFAULT NULL::text, p_service_type text DEFAULT NULL::text, p_contact_id uuid DEFAULT NULL::uuid, p_notes text DEFAULT NULL::text, p_check_time_off boolean DEFAULT true)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.cancel_appointment_atomic(p_org_id uuid, p_appointment_id uuid, p_reason text DEFAULT NULL::text, p_notify boolean DEFAULT true, p_source text DEFAULT 'api'::text, p_actor_id text DEFAULT NULL::text, p_call_id text DEFAULT NULL::text, p_request_id text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.undo_appointment_atomic(p_org_id uuid, p_appointment_id uuid, p_reason text DEFAULT NULL::text, p_source text DEFAULT 'api'::text, p_actor_id text DEFAULT NULL::text, p_call_id text DEFAULT NULL::text, p_request_id text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.set_appointment_status(p_org_id uuid, p_appointment_id uuid, p_status text, p_reason text DEFAULT NULL::text, p_source text DEFAULT 'api'::text, p_actor_id text DEFAULT NULL::text, p_call_id text DEFAULT NULL::text, p_request_id text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION app_private.join_waitlist(p_org_id uuid, p_contact_id uuid, p_name text, p_phone text, p_email text, p_service_type text, p_provider_id uuid, p_earliest_date date, p_latest_date date, p_windows jsonb, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_contact_id uuid;
  v_contact public.leads;
  v_row public.waitlist;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.require_right('waitlist.edit');
  v_contact_id := coalesce(p_contact_id, app_private.upsert_contact(p_org_id, p_name, p_phone, p_email));
  select * into v_contact from public.leads where org_id = p_org_id and id = v_contact_id;
  if v_contact.id is null then
    return app_private.refusal('CONTACT_NOT_FOUND', 'We couldn’t find that patient at this clinic. Choose another one.');
  end if;
  if v_contact.phone is null then
    return app_private.refusal('PHONE_MISSING', 'This patient has no phone number, and offers are sent by text. Add a number to the patient first.');
  end if;
  if p_provider_id is not null and not exists (
    select 1 from public.providers where org_id = p_org_id and id = p_provider_id and active) then
    return app_private.refusal('PROVIDER_NOT_FOUND', 'We couldn’t find that provider at this clinic. Choose another one.');
  end if;
  insert into public.waitlist
      (org_id, contact_id, service_type, provider_id, earliest_date, latest_date, windows)
    values (p_org_id, v_contact.id, p_service_type, p_provider_id, p_earliest_date, p_latest_date, p_windows)
    on conflict do nothing
    returning * into v_row;
  if v_row.id is null then
    return app_private.refusal('ALREADY_WAITING', 'This patient is already on the waitlist for that service.');
  end if;
  perform app_private.audit_waitlist(p_org_id, 'waitlist.added', v_row.id, jsonb_build_object(
    'contact_id', v_row.contact_id, 'service_type', v_row.service_type, 'provider_id', v_row.provider_id,
    'earliest_date', v_row.earliest_date, 'latest_date', v_row.latest_date, 'windows', v_row.windows),
    'api', null, p_request_id);
  return jsonb_build_object('success', true, 'waitlist_id', v_row.id);
end $function$;

CREATE OR REPLACE FUNCTION app_private.leave_waitlist(p_org_id uuid, p_waitlist_id uuid, p_source text, p_actor_id text, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_offer_id uuid;
  v_offer public.waitlist_offers;
  v_row public.waitlist;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('WAITLIST_ENTRY_NOT_FOUND', 'We couldn’t find that entry on the waitlist. Reload the list.');
  end if;
  perform app_private.require_right('waitlist.edit');
  select id into v_offer_id from public.waitlist_offers
    where org_id = p_org_id and waitlist_id = p_waitlist_id and status = 'open';
  if v_offer_id is not null then
    v_offer := app_private.lock_offer(p_org_id, v_offer_id);
  end if;
  select * into v_row from public.waitlist where org_id = p_org_id and id = p_waitlist_id for update;
  if v_row.id is null then
    return app_private.refusal('WAITLIST_ENTRY_NOT_FOUND', 'We couldn’t find that entry on the waitlist. Reload the list.');
  end if;
  if v_row.removed_at is null and v_row.appointment_id is null then
    update public.waitlist set removed_at = clock_timestamp() where org_id = p_org_id and id = p_waitlist_id;
    perform app_private.audit_waitlist(p_org_id, 'waitlist.removed', p_waitlist_id, '{}', p_source, p_actor_id, p_request_id);
    if v_offer.status = 'open' then
      -- Giving the hold back ends the offer and frees the time for the next one.
      perform public.release_hold_atomic(p_org_id, v_offer.hold_id, null, p_source, p_actor_id, null, p_request_id);
    end if;
  end if;
  return jsonb_build_object('success', true);
end $function$;

CREATE OR REPLACE FUNCTION app_private.leave_task(p_org_id uuid, p_name text, p_phone text, p_message text, p_urgent boolean, p_call_id text, p_repeat_key text, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_row public.tasks;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.require_right('tasks.edit');
  -- One at a time: of two copies that come together the second must find the first, and both must not be the last one.
  perform pg_advisory_xact_lock(hashtextextended('tasks:' || p_org_id::text, 0));
  select * into v_row from public.tasks where org_id = p_org_id and repeat_key = p_repeat_key;
  if v_row.id is not null then
    return jsonb_build_object('success', true, 'task_id', v_row.id, 'repeated', true);
  end if;
  if (select count(*) from (
      select from public.tasks where org_id = p_org_id and closed_at is null limit 500) as open) >= 500
    or (select count(*) from public.tasks where org_id = p_org_id and call_id = p_call_id) >= 5 then
    return app_private.refusal('TOO_MANY_MESSAGES',
      'No more messages can be taken right now. Say that the clinic can’t take this one, and that the caller can reach the clinic during its opening hours.');
  end if;
  insert into public.tasks (org_id, name, phone, message, urgent, call_id, repeat_key)
    values (p_org_id, p_name, p_phone, p_message, p_urgent, p_call_id, p_repeat_key)
    returning * into v_row;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, 'agent', p_call_id, 'task.created', 'task', v_row.id,
      jsonb_build_object('kind', v_row.kind, 'urgent', v_row.urgent), p_request_id);
  return jsonb_build_object('success', true, 'task_id', v_row.id, 'repeated', false);
end $function$;
