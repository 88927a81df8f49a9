-- One list of who may do what, which the routes of the server read and the functions of the database ask.
--
-- Append-only: once this file is shared it stays as it is, and the next one corrects it. supabase/schemas/ says how
-- things are afterwards, and a test compares the two.

create table app_private.rights (
  name text primary key check (name ~ '^[a-z_]+\.[a-z_]+$'),
  roles text[] not null check (roles <@ array['owner', 'admin', 'staff', 'auditor'] and roles <> '{}'),
  -- What a person with the right can do; the words after "can".
  description text not null
);
comment on table app_private.rights is 'What each role may do in its clinic. A change needs npm run db:types, which writes it for the server.';
alter table app_private.rights enable row level security;
alter table app_private.rights force row level security;
create policy owner on app_private.rights for all to current_user using (true) with check (true);

insert into app_private.rights (name, roles, description) values
  ('clinic.read', '{owner,admin,staff,auditor}', 'see the clinic, its connections and its health'),
  ('schedule.read', '{owner,admin,staff,auditor}', 'see services, providers, time off and free times'),
  ('settings.edit', '{owner,admin}', 'change settings, services, providers and time off'),
  ('appointments.read', '{owner,admin,staff,auditor}', 'see appointments'),
  ('appointments.book', '{owner,admin,staff}', 'book, move and cancel appointments'),
  ('appointments.overbook', '{owner}', 'book a time that is taken'),
  ('patients.read', '{owner,admin,staff,auditor}', 'see patients'),
  ('patients.edit', '{owner,admin,staff}', 'change the details of patients'),
  ('waitlist.read', '{owner,admin,staff,auditor}', 'see the waitlist'),
  ('waitlist.edit', '{owner,admin,staff}', 'change the waitlist'),
  ('tasks.read', '{owner,admin,staff,auditor}', 'see tasks'),
  ('tasks.edit', '{owner,admin,staff}', 'close and reopen tasks'),
  ('messages.read', '{owner,admin,staff,auditor}', 'read texts'),
  ('messages.send', '{owner,admin,staff}', 'send texts'),
  ('calls.read', '{owner,admin,staff,auditor}', 'see calls'),
  ('feeds.manage', '{owner,admin}', 'make and revoke calendar feeds'),
  ('connections.test', '{owner,admin,staff}', 'test the link to Google Calendar'),
  ('connections.manage', '{owner,admin}', 'link and unlink Google Calendar'),
  ('receptionist.manage', '{owner}', 'see and replace the secret of the receptionist'),
  ('deliveries.read', '{owner}', 'see webhooks and outgoing work'),
  ('deliveries.replay', '{owner}', 'replay webhooks and outgoing work'),
  ('breakers.reset', '{owner}', 'reset circuit breakers');

create function app_private.roles_with_right(p_right text) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_roles text[];
begin
  select r.roles into v_roles from app_private.rights r where r.name = p_right;
  if not found then
    raise exception 'there is no right called %', p_right using errcode = 'invalid_parameter_value';
  end if;
  return v_roles;
end $$;

drop function app_private.overbooking_error(uuid,text);

CREATE OR REPLACE FUNCTION app_private.has_right(p_right text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select 1 from public.profiles p
    where p.user_id = app_private.user_id() and p.org_id = app_private.org_id()
      and p.role = any (app_private.roles_with_right(p_right)))
$function$;
comment on function app_private.has_right(text) is
  'Whether the person of the claims may do that in the clinic of the claims, by their role there.';

CREATE OR REPLACE FUNCTION app_private.require_right(p_right text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  -- The receptionist, a patient with a link and the workers are no person of a clinic.
  if app_private.user_id() is not null and not app_private.has_right(p_right) then
    raise exception 'your role in this clinic does not have the right %', p_right
      using errcode = 'insufficient_privilege', hint = 'Ask an owner or admin of the clinic.', constraint = p_right;
  end if;
  return true;
end $function$;
comment on function app_private.require_right(text) is
  'True, or an exception for a person whose role does not have the right. For definer functions, after may_act_for, and for policies.';
grant execute on function app_private.require_right(text) to voxanne_tenant;

CREATE OR REPLACE FUNCTION app_private.org_id_with_right(p_right text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select app_private.member_org_id() where app_private.has_right(p_right) $function$;
comment on function app_private.org_id_with_right(text) is
  'The clinic of the claims, if the person of the claims belongs to it and may do that there. For the policies of authenticated.';
grant execute on function app_private.org_id_with_right(text) to authenticated;

CREATE OR REPLACE FUNCTION app_private.protect_changes(p_table regclass, p_right text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_asks text := format('((select app_private.require_right(%L)))', p_right);
begin
  execute format('create policy right_to_add on %s as restrictive for insert to voxanne_tenant with check %s',
    p_table, v_asks);
  execute format('create policy right_to_change on %s as restrictive for update to voxanne_tenant using %s',
    p_table, v_asks);
  execute format('create policy right_to_remove on %s as restrictive for delete to voxanne_tenant using %s',
    p_table, v_asks);
end $function$;
comment on function app_private.protect_changes(regclass,text) is
  'For a table that our server writes without a function in between: a person needs the right.';

CREATE OR REPLACE FUNCTION app_private.delay_text(p_org_id uuid, p_appointment_id uuid, p_seconds integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_right('appointments.book');
  if p_seconds not between 0 and 600 then
    raise exception 'a text waits for 0 to 600 seconds' using errcode = 'invalid_parameter_value';
  end if;
  update public.outbox o set run_at = clock_timestamp() + make_interval(secs => p_seconds)
    from public.appointments a
    where a.org_id = p_org_id and a.id = p_appointment_id and o.org_id = a.org_id
      and o.topic in ('message.confirmation', 'message.cancellation') and o.key in (a.id || ':' || a.visible_version, a.id || ':' || a.visible_version || ':passed_on')
      and o.status = 'pending' and o.attempts = 0;
end $function$;

CREATE OR REPLACE FUNCTION app_private.withdraw_text(p_org_id uuid, p_appointment_id uuid, p_request_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_row public.appointments;
  v_topic text;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_right('appointments.book');
  v_row := app_private.lock_appointment(p_org_id, p_appointment_id);
  delete from public.outbox o
    where o.org_id = p_org_id and o.topic in ('message.confirmation', 'message.cancellation')
      and o.key = v_row.id || ':' || v_row.visible_version and o.status = 'pending' and o.attempts = 0
    returning o.topic into v_topic;
  delete from public.outbox o
    where o.org_id = p_org_id and o.topic = 'message.cancellation'
      and o.key = v_row.id || ':' || v_row.visible_version || ':passed_on' and o.status = 'pending' and o.attempts = 0;
  if v_topic is null and not found then
    return false;
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, case when app_private.user_id() is null then 'system' else 'user' end, app_private.user_id()::text,
      'appointment.text_withdrawn', 'appointment', p_appointment_id::text,
      jsonb_build_object('text', substr(coalesce(v_topic, 'message.cancellation'), 9), 'version', v_row.visible_version), p_request_id);
  perform app_private.emit(p_org_id, 'appointment.updated', jsonb_build_object('appointment_id', p_appointment_id,
    'status', v_row.status, 'sync_state', v_row.sync_state));
  return true;
end $function$;

CREATE OR REPLACE FUNCTION app_private.caller_error(p_org_id uuid, p_by app_private.origin, p_reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not app_private.may_act_for(p_org_id) or not exists (select 1 from public.organizations where id = p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  perform app_private.require_right('appointments.book');
  return case
    when (p_by).source is null or (p_by).source not in ('api', 'dashboard', 'voice', 'patient', 'google', 'system')
      then app_private.refusal('INVALID_SOURCE',
        'A change comes from api, dashboard, voice, patient, google or system.')
    when length(p_reason) > 500
      then app_private.refusal('INVALID_REASON', 'The reason is longer than 500 characters.')
  end;
end $function$;

CREATE OR REPLACE FUNCTION app_private.overbooking_error(p_reason text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when not app_private.has_right('appointments.overbook')
      then app_private.refusal('OVERBOOK_NOT_ALLOWED', 'Only an owner of the clinic, signed in, may overbook.')
    when nullif(btrim(p_reason), '') is null
      then app_private.refusal('OVERBOOK_REASON_MISSING', 'Overbooking needs a reason; it is kept with the appointment.')
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
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  perform app_private.require_right('appointments.book');
  select * into v_org from public.organizations where id = p_org_id;
  if not found then
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  if v_name is null then
    return app_private.refusal('INVALID_NAME', 'The patient''s name is missing.');
  end if;
  v_phone := app_private.normalize_phone(p_phone, v_org.country);
  if v_phone is null then
    return app_private.refusal('INVALID_PHONE', 'That is not a phone number that can be called or texted.');
  end if;
  if v_email is not null and (v_email !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' or length(v_email) > 254) then
    return app_private.refusal('INVALID_EMAIL', 'That is not an e-mail address.');
  end if;
  if v_service is null or length(v_service) not between 1 and 80 then
    return app_private.refusal('INVALID_SERVICE', 'The service is missing.');
  end if;
  v_error := app_private.time_error(p_scheduled_at, p_duration_minutes);
  if v_error is not null then
    return v_error;
  end if;
  if length(btrim(p_notes)) > 2000 then
    return app_private.refusal('INVALID_NOTES', 'The notes are longer than 2000 characters.');
  end if;
  if v_by.source is null or v_by.source not in ('api', 'dashboard', 'voice', 'patient', 'system') then
    return app_private.refusal('INVALID_SOURCE', 'A booking comes from api, dashboard, voice, patient or system.');
  end if;
  if p_status is null or p_status not in ('pending', 'confirmed') then
    return app_private.refusal('INVALID_STATUS', 'A booking begins as confirmed or as pending.');
  end if;
  if length(p_reason) > 500 then
    return app_private.refusal('INVALID_REASON', 'The reason is longer than 500 characters.');
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
      return app_private.refusal('HOLD_NOT_FOUND', 'There is no such hold.');
    end if;
    perform app_private.lock_providers(p_org_id, array[v_before.provider_id]);
    if v_before.status in ('pending', 'confirmed') and exists (
      select 1 from public.leads
      where id = v_before.contact_id and phone = v_phone and app_private.is_same_name(name, v_name)) then
      return app_private.appointment_answer(v_before, true) || jsonb_build_object('phone', v_phone, 'name', v_name);
    end if;
    if v_before.status <> 'held' or v_before.hold_expires_at <= clock_timestamp() then
      return app_private.refusal('HOLD_EXPIRED', 'That hold has ended. The time may still be free.');
    end if;
    -- A hold keeps others out; it does not keep the provider in.
    if not app_private.is_on_duty(v_before) then
      return app_private.refusal('HOLD_EXPIRED', 'That time is no longer available: the provider is away then.');
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
      return app_private.refusal('PROVIDER_NOT_FOUND', 'There is no such provider.');
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
    v_error := app_private.refusal('OFF_DUTY_NOT_ALLOWED', 'Only staff may book over time off.');
  end if;
  if v_error is not null then
    return v_error;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.refusal('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
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
    return app_private.refusal('NOT_CHANGEABLE', format('An appointment that is %s cannot be %s.',
      replace(v_before.status, '_', ' '), case when v_stays then 'changed' else 'moved' end));
  end if;
  v_error := app_private.time_error(p_scheduled_at, v_minutes);
  if v_error is not null then
    return v_error;
  end if;
  if length(v_service) not between 1 and 80 then
    return app_private.refusal('INVALID_SERVICE', 'The service is missing.');
  end if;
  if length(v_notes) > 2000 then
    return app_private.refusal('INVALID_NOTES', 'The notes are longer than 2000 characters.');
  end if;
  if v_contact_id is distinct from v_before.contact_id and not exists (
    select 1 from public.leads l where l.org_id = p_org_id and l.id = v_contact_id) then
    return app_private.refusal('CONTACT_NOT_FOUND', 'There is no such patient in this clinic.');
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
      return app_private.refusal('PROVIDER_NOT_FOUND', 'There is no such provider.');
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
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  perform app_private.require_right('waitlist.edit');
  v_contact_id := coalesce(p_contact_id, app_private.upsert_contact(p_org_id, p_name, p_phone, p_email));
  select * into v_contact from public.leads where org_id = p_org_id and id = v_contact_id;
  if v_contact.id is null then
    return app_private.refusal('CONTACT_NOT_FOUND', 'There is no such patient in this clinic.');
  end if;
  if v_contact.phone is null then
    return app_private.refusal('PHONE_MISSING', 'This patient has no phone number, and offers are texted.');
  end if;
  if p_provider_id is not null and not exists (
    select 1 from public.providers where org_id = p_org_id and id = p_provider_id and active) then
    return app_private.refusal('PROVIDER_NOT_FOUND', 'There is no such provider.');
  end if;
  insert into public.waitlist
      (org_id, contact_id, service_type, provider_id, earliest_date, latest_date, windows)
    values (p_org_id, v_contact.id, p_service_type, p_provider_id, p_earliest_date, p_latest_date, p_windows)
    on conflict do nothing
    returning * into v_row;
  if v_row.id is null then
    return app_private.refusal('ALREADY_WAITING', 'This patient waits for that service already.');
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
    return app_private.refusal('WAITLIST_ENTRY_NOT_FOUND', 'There is no such entry in the waitlist.');
  end if;
  perform app_private.require_right('waitlist.edit');
  select id into v_offer_id from public.waitlist_offers
    where org_id = p_org_id and waitlist_id = p_waitlist_id and status = 'open';
  if v_offer_id is not null then
    v_offer := app_private.lock_offer(p_org_id, v_offer_id);
  end if;
  select * into v_row from public.waitlist where org_id = p_org_id and id = p_waitlist_id for update;
  if v_row.id is null then
    return app_private.refusal('WAITLIST_ENTRY_NOT_FOUND', 'There is no such entry in the waitlist.');
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

CREATE OR REPLACE FUNCTION app_private.offer_slot(p_org_id uuid, p_waitlist_id uuid, p_hold_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_entry public.waitlist;
  v_hold public.appointments;
  v_org public.organizations;
  v_phone text;
  v_id uuid;
begin
  if not app_private.may_act_for(p_org_id) then
    return null;
  end if;
  perform app_private.require_right('waitlist.edit');
  select * into v_entry from public.waitlist where org_id = p_org_id and id = p_waitlist_id
    and removed_at is null and appointment_id is null for update;
  select * into v_hold from public.appointments where org_id = p_org_id and id = p_hold_id and status = 'held';
  select phone into v_phone from public.leads where org_id = p_org_id and id = v_entry.contact_id;
  if v_entry.id is null or v_hold.id is null or v_phone is null then
    return null;
  end if;
  insert into public.waitlist_offers
      (org_id, waitlist_id, contact_id, hold_id, provider_id, scheduled_at, expires_at)
    values (p_org_id, v_entry.id, v_entry.contact_id, v_hold.id, v_hold.provider_id, v_hold.scheduled_at,
      v_hold.hold_expires_at)
    on conflict do nothing
    returning id into v_id;
  if v_id is null then
    return null;
  end if;
  select * into v_org from public.organizations where id = p_org_id;
  perform app_private.enqueue(p_org_id, 'message.waitlist_offer', v_id::text,
    jsonb_build_object('offer_id', v_id, 'to', v_phone, 'organization_name', v_org.name,
      'time_zone', v_org.time_zone, 'scheduled_at', v_hold.scheduled_at, 'expires_at', v_hold.hold_expires_at));
  perform app_private.audit_waitlist(p_org_id, 'waitlist.offered', v_entry.id, jsonb_build_object('offer_id', v_id,
    'scheduled_at', v_hold.scheduled_at, 'provider_id', v_hold.provider_id, 'expires_at', v_hold.hold_expires_at),
    'system', null, null);
  return v_id;
end $function$;

CREATE OR REPLACE FUNCTION app_private.answer_offer(p_org_id uuid, p_offer_id uuid, p_answer text, p_actor_id text, p_request_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_offer public.waitlist_offers;
begin
  if not app_private.may_act_for(p_org_id) or p_answer not in ('accepted', 'declined') then
    return false;
  end if;
  perform app_private.require_right('waitlist.edit');
  v_offer := app_private.lock_offer(p_org_id, p_offer_id);
  if v_offer.id is null or v_offer.status <> 'open' or v_offer.expires_at <= clock_timestamp() then
    return false;
  end if;
  update public.waitlist_offers set status = p_answer, decided_at = clock_timestamp()
    where org_id = p_org_id and id = p_offer_id;
  if p_answer = 'accepted' then
    update public.waitlist set appointment_id = v_offer.hold_id where org_id = p_org_id and id = v_offer.waitlist_id;
  end if;
  perform app_private.audit_waitlist(p_org_id, 'waitlist.offer_' || p_answer, v_offer.waitlist_id,
    jsonb_build_object('offer_id', p_offer_id, 'scheduled_at', v_offer.scheduled_at), 'patient', p_actor_id, p_request_id);
  return true;
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
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
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
      'No more messages can be taken now. Say that the clinic cannot take this one, and that the caller can reach the clinic during its opening hours.');
  end if;
  insert into public.tasks (org_id, name, phone, message, urgent, call_id, repeat_key)
    values (p_org_id, p_name, p_phone, p_message, p_urgent, p_call_id, p_repeat_key)
    returning * into v_row;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, 'agent', p_call_id, 'task.created', 'task', v_row.id,
      jsonb_build_object('kind', v_row.kind, 'urgent', v_row.urgent), p_request_id);
  return jsonb_build_object('success', true, 'task_id', v_row.id, 'repeated', false);
end $function$;

CREATE OR REPLACE FUNCTION app_private.queue_direct_text(p_org_id uuid, p_to text, p_from text, p_body text, p_key text, p_new_days integer, p_new_per_hour integer, p_new_per_day integer, p_per_hour integer, p_per_day integer)
 RETURNS TABLE(outcome text, message_id uuid, retry_after_s integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_org public.organizations;
  v_id uuid;
  v_is_new boolean;
  v_free_at timestamptz;
  v_why_not text;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_right('messages.send');
  -- One at a time for each clinic: the count below holds, in however many processes.
  perform pg_advisory_xact_lock(hashtextextended('direct text:' || p_org_id::text, 0));
  select m.id into v_id from public.messages m where m.org_id = p_org_id and m.kind = 'direct' and m.dedupe_key = p_key;
  if found then
    return query select 'queued', v_id, null::integer;
    return;
  end if;
  select * into strict v_org from public.organizations o where o.id = p_org_id;
  if v_org.phone is distinct from p_to
    and not exists (select 1 from public.leads l where l.org_id = p_org_id and l.phone = p_to) then
    return query select 'NOT_A_CONTACT', null::uuid, null::integer;
    return;
  end if;
  v_why_not := app_private.why_no_text(p_org_id, p_to);
  if v_why_not is not null then
    return query select v_why_not, null::uuid, null::integer;
    return;
  end if;
  v_is_new := v_org.created_at > clock_timestamp() - p_new_days * interval '1 day';
  -- The window is full as long as its oldest text that counts has not left it.
  select max(w.free_at) into v_free_at from (
    (select m.created_at + interval '1 hour' as free_at from public.messages m
      where m.org_id = p_org_id and m.kind = 'direct' and m.created_at > clock_timestamp() - interval '1 hour'
      order by m.created_at desc offset case when v_is_new then p_new_per_hour else p_per_hour end - 1 limit 1)
    union all
    (select m.created_at + interval '1 day' from public.messages m
      where m.org_id = p_org_id and m.kind = 'direct' and m.created_at > clock_timestamp() - interval '1 day'
      order by m.created_at desc offset case when v_is_new then p_new_per_day else p_per_day end - 1 limit 1)) w;
  if v_free_at is not null then
    return query select 'TOO_MANY_TEXTS', null::uuid,
      greatest(1, ceil(extract(epoch from v_free_at - clock_timestamp())))::integer;
    return;
  end if;
  insert into public.messages (org_id, to_address, from_address, body, kind, dedupe_key, created_at)
    values (p_org_id, p_to, p_from, p_body, 'direct', p_key, clock_timestamp())
    returning id into v_id;
  insert into public.outbox (org_id, topic, key, payload)
    values (p_org_id, 'message.send', v_id::text, jsonb_build_object('message_id', v_id::text));
  return query select 'queued', v_id, null::integer;
end $function$;

CREATE OR REPLACE FUNCTION app_private.resend_text(p_org_id uuid, p_message_id uuid, p_request_id text)
 RETURNS TABLE(outcome text, message_id uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_old public.messages;
  v_id uuid := gen_random_uuid();
  v_why_not text;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_right('messages.send');
  -- The outgoing row before its text, as the owner's replay takes them.
  perform from public.outbox o
    where o.org_id = p_org_id and o.status in ('completed', 'failed', 'dead_letter') and (o.topic, o.key) in (
      select t.topic, t.key from public.messages m,
        lateral (values ('message.' || m.kind, m.dedupe_key), ('message.send', m.id::text)) as t (topic, key)
      where m.org_id = p_org_id and m.id = p_message_id)
    order by o.order_key nulls first, o.seq
    for update;
  select * into v_old from public.messages m where m.org_id = p_org_id and m.id = p_message_id for no key update;
  if not found then
    return query select 'NOT_FOUND', null::uuid;
    return;
  end if;
  if v_old.replaced_by is not null then
    -- A second click: the first one did it.
    return query select 'queued', v_old.replaced_by;
    return;
  end if;
  v_why_not := app_private.why_not_again(v_old);
  if v_why_not is not null then
    return query select v_why_not, null::uuid;
    return;
  end if;
  -- The new text takes the place of the old one, also for what looks for it by its key.
  update public.messages m set dedupe_key = m.dedupe_key || ':refused:' || m.id, replaced_by = v_id where m.id = v_old.id;
  insert into public.messages (id, org_id, to_address, from_address, channel, body, kind, dedupe_key, appointment_id)
    values (v_id, p_org_id,
      coalesce((select l.phone from public.appointments a join public.leads l on l.org_id = a.org_id and l.id = a.contact_id
        where a.org_id = p_org_id and a.id = v_old.appointment_id), v_old.to_address),
      coalesce((select s.address from public.senders s where s.org_id = p_org_id), v_old.from_address),
      v_old.channel, v_old.body, v_old.kind, v_old.dedupe_key, v_old.appointment_id);
  update public.outbox o set
      key = case o.topic when 'message.send' then v_id::text else o.key end,
      payload = case o.topic when 'message.send' then jsonb_build_object('message_id', v_id) else o.payload end,
      status = 'pending', attempts = 0, run_at = clock_timestamp(), replays = o.replays + 1, refused = false,
      error_message = null, completed_at = null, lease_token = null, lease_until = null
    where o.org_id = p_org_id and o.status in ('completed', 'failed', 'dead_letter')
      and (o.topic, o.key) in (('message.' || v_old.kind, v_old.dedupe_key), ('message.send', v_old.id::text));
  if not found then
    -- The row is gone, as rows that are done are after some days.
    insert into public.outbox (org_id, topic, key, payload)
      values (p_org_id, 'message.send', v_id::text, jsonb_build_object('message_id', v_id));
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (p_org_id, case when app_private.user_id() is null then 'system' else 'user' end, app_private.user_id()::text,
      'message.resent', 'message', v_old.id::text,
      jsonb_build_object('status', v_old.status, 'error_code', v_old.error_code),
      jsonb_build_object('message_id', v_id), p_request_id);
  perform pg_notify('voxanne_work', 'outbox');
  return query select 'queued', v_id;
end $function$;

CREATE OR REPLACE FUNCTION app_private.mark_informed(p_org_id uuid, p_message_id uuid, p_informed boolean, p_request_id text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_before timestamptz;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_right('messages.send');
  select m.informed_at into v_before from public.messages m
    where m.org_id = p_org_id and m.id = p_message_id and m.kind <> 'inbound' for no key update;
  if not found then
    return false;
  end if;
  if (v_before is not null) = p_informed then
    return true;
  end if;
  update public.messages m set informed_at = case when p_informed then clock_timestamp() end where m.id = p_message_id;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, case when app_private.user_id() is null then 'system' else 'user' end, app_private.user_id()::text,
      'message.informed', 'message', p_message_id::text, jsonb_build_object('informed', p_informed), p_request_id);
  perform app_private.emit(p_org_id, 'message.updated', jsonb_build_object('message_id', p_message_id));
  return true;
end $function$;

CREATE OR REPLACE FUNCTION app_private.replay(p_queue text, p_ids uuid[], p_request_id text)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_org uuid := app_private.org_id();
  v_actor uuid := app_private.user_id();
  v_is_outbox boolean := p_queue = 'outbox';
  v_statuses text[] := case p_queue when 'outbox' then array['failed', 'dead_letter']
    else array['completed', 'failed', 'dead_letter'] end;
  v_id uuid;
  v_before jsonb;
  v_text public.messages;
begin
  if p_queue is null or p_queue not in ('outbox', 'webhook_delivery_log') then
    raise exception 'there is no queue of that name' using errcode = 'invalid_parameter_value';
  end if;
  -- Without a person no one has the right: neither a worker nor the receptionist replays.
  if not app_private.has_right('deliveries.replay') then
    raise exception 'a replay needs a signed-in person with the right deliveries.replay'
      using errcode = 'insufficient_privilege', constraint = 'deliveries.replay';
  end if;
  -- Rows of one key queue up in the order in which they came; two replays at once take the keys in one order.
  for v_id in execute format(
    'select id from public.%I where id = any ($1) and org_id = $2 order by order_key nulls first, seq', p_queue)
    using p_ids, v_org
  loop
    execute format('select to_jsonb(q) from public.%I q where id = $1 and status = any ($2) for update', p_queue)
      into v_before using v_id, v_statuses;
    continue when v_before is null;
    v_text := case when v_is_outbox
      then app_private.text_of_outgoing(jsonb_populate_record(null::public.outbox, v_before)) end;
    if v_text.status in ('failed', 'undelivered') then
      -- The row alone would find its text refused and end as it did.
      continue when not exists (
        select 1 from app_private.resend_text(v_org, v_text.id, p_request_id) r where r.outcome = 'queued');
    else
      execute format(
        'update public.%I set status = ''pending'', attempts = 0, run_at = now(), replays = replays + 1, %s
           completed_at = null, error_message = null, lease_token = null, lease_until = null where id = $1',
        p_queue, case when v_is_outbox then 'refused = false,' end) using v_id;
    end if;
    insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
      values (v_org, 'user', v_actor::text,
        case when v_is_outbox then 'outgoing.replayed' else 'delivery.replayed' end,
        case when v_is_outbox then 'outgoing' else 'webhook_delivery' end, v_id::text,
        jsonb_strip_nulls(jsonb_build_object('topic', v_before -> 'topic', 'status', v_before -> 'status',
          'attempts', v_before -> 'attempts', 'replays', v_before -> 'replays')),
        jsonb_build_object('status', 'pending', 'attempts', 0, 'replays', (v_before ->> 'replays')::integer + 1),
        p_request_id);
    return next v_id;
  end loop;
  if found then
    perform pg_notify('voxanne_work', p_queue);
  end if;
end $function$;

alter policy member on public.organizations using (id = (select app_private.org_id_with_right('clinic.read')));
alter policy member on public.providers using (org_id = (select app_private.org_id_with_right('schedule.read')));
alter policy member on public.services using (org_id = (select app_private.org_id_with_right('schedule.read')));
alter policy member on public.service_providers using (org_id = (select app_private.org_id_with_right('schedule.read')));
alter policy member on public.time_off using (org_id = (select app_private.org_id_with_right('schedule.read')));
alter policy member on public.leads using (org_id = (select app_private.org_id_with_right('patients.read')));
alter policy member on public.appointments using (org_id = (select app_private.org_id_with_right('appointments.read')));

select app_private.protect_changes('public.organizations', 'settings.edit');
select app_private.protect_changes('public.providers', 'settings.edit');
select app_private.protect_changes('public.services', 'settings.edit');
select app_private.protect_changes('public.service_providers', 'settings.edit');
select app_private.protect_changes('public.time_off', 'settings.edit');
select app_private.protect_changes('public.leads', 'patients.edit');
select app_private.protect_changes('public.provider_feeds', 'feeds.manage');
select app_private.protect_changes('public.tasks', 'tasks.edit');
