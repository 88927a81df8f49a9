-- API keys: programs act for a clinic with the rights of their key's scopes; and a clinic can set a limit of its own below
-- the operator's.
--
-- Append-only: once this file is shared it stays as it is, and the next one corrects it. supabase/schemas/ says how
-- things are afterwards, and a test compares the two.

insert into app_private.rights (name, roles, description) values
  ('api_keys.manage', '{owner,admin}', 'make and revoke API keys');

create table app_private.scopes (
  name text primary key check (name ~ '^[a-z]+$'),
  rights text[] not null check (rights <> '{}'),
  -- What a key with the scope can do; the words after "can".
  description text not null
);
comment on table app_private.scopes is 'What API keys may do. A change needs npm run db:types, which writes it for the server.';
alter table app_private.scopes enable row level security;
alter table app_private.scopes force row level security;
create policy owner on app_private.scopes for all to current_user using (true) with check (true);

insert into app_private.scopes (name, rights, description) values
  ('read', '{clinic.read,schedule.read,appointments.read,patients.read,waitlist.read,tasks.read,messages.read,calls.read,team.read}',
    'see what staff see'),
  ('book', '{schedule.read,appointments.read,appointments.book,patients.read,patients.edit,waitlist.read,waitlist.edit,tasks.read,tasks.edit}',
    'book, move and cancel appointments, and edit patients, the waitlist and tasks'),
  ('message', '{messages.read,messages.send}', 'read and send texts'),
  ('operate', '{clinic.read,connections.test,receptionist.manage,deliveries.read,deliveries.replay,breakers.reset}',
    'replay webhooks and outgoing work, reset circuit breakers, and replace the secret of the receptionist'),
  ('admin', '{clinic.read,schedule.read,settings.edit,appointments.read,appointments.book,patients.read,patients.edit,waitlist.read,waitlist.edit,tasks.read,tasks.edit,messages.read,messages.send,calls.read,feeds.manage,connections.test,team.read,team.manage,api_keys.manage}',
    'do what an admin can, team and API keys included');

alter table public.audit_log drop constraint audit_log_actor_type_check;
alter table public.audit_log add constraint audit_log_actor_type_check
  check (actor_type in ('user', 'agent', 'patient', 'system', 'google', 'key'));

alter table public.organizations add column own_requests_per_hour integer
  check (own_requests_per_hour between 1 and 999999);
comment on column public.organizations.own_requests_per_hour is
  'What the clinic itself set below that; null: nothing. The lower one counts.';
grant update (own_requests_per_hour) on public.organizations to voxanne_tenant;
drop trigger organizations_emit_event on public.organizations;
create trigger organizations_emit_event
  after update of name, phone, public_phone, time_zone, country, calendar_policy, booking_horizon_days,
    message_retention_days, calendar_declined_at, own_requests_per_hour
  on public.organizations
  for each row execute function app_private.organization_changed();

create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 80),
  prefix text not null check (prefix ~ '^vx_(test|live)_[A-Za-z0-9_-]{6}$'),
  key_hash bytea not null unique check (length(key_hash) = 32),
  scopes text[] not null check (scopes <@ array['read', 'book', 'message', 'operate', 'admin'] and scopes <> '{}'),
  requests_per_hour integer check (requests_per_hour between 1 and 999999),
  created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  rotated_from uuid,
  overlap_ends_at timestamptz,
  unique (org_id, id),
  foreign key (org_id, rotated_from) references public.api_keys (org_id, id)
);
comment on table public.api_keys is 'Good until it expires or is revoked, or until the overlap after its rotation ends.';
comment on column public.api_keys.requests_per_hour is 'Its own limit, besides that of the clinic; null: none.';
comment on column public.api_keys.created_by is 'Who made it: a person, or an API key with the scope admin.';
comment on column public.api_keys.last_used_at is 'Written once a minute at most.';
create index api_keys_rotated_from_idx on public.api_keys (org_id, rotated_from) where rotated_from is not null;
select app_private.protect('public.api_keys');
revoke select on public.api_keys from voxanne_tenant, voxanne_service;
grant select (id, org_id, name, prefix, scopes, requests_per_hour, created_by, created_at, last_used_at, expires_at,
    revoked_at, rotated_from, overlap_ends_at)
  on public.api_keys to voxanne_tenant;

create trigger api_keys_clean_name before insert on public.api_keys
  for each row execute function app_private.keep_name_visible();

CREATE OR REPLACE FUNCTION app_private.user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE
RETURN ((app_private.claims() ->> 'sub'::text))::uuid;
comment on function app_private.user_id() is
  'Who asks: a person, or an API key by its id, which is no person''s. Null for the receptionist, patients and workers.';

CREATE OR REPLACE FUNCTION app_private.actor_type()
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (app_private.user_id() IS NULL) THEN 'system'::text WHEN ((app_private.claims() ->> 'actor_type'::text) = 'key'::text) THEN 'key'::text ELSE 'user'::text END;
comment on function app_private.actor_type() is
  'What user_id() is the id of, as the audit log says it.';

CREATE OR REPLACE FUNCTION app_private.scopes_with_right(p_right text)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform app_private.roles_with_right(p_right);
  return array(select s.name from app_private.scopes s where p_right = any (s.rights));
end $function$;

CREATE OR REPLACE FUNCTION app_private.has_right(p_right text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if app_private.actor_type() = 'key' then
    return app_private.key_has_right(p_right);
  end if;
  return exists (
    select 1 from public.profiles p
    where p.user_id = app_private.user_id() and p.org_id = app_private.org_id()
      and p.role = any (app_private.roles_with_right(p_right)));
end $function$;
comment on function app_private.has_right(text) is
  'Whether the person of the claims may do that in the clinic of the claims, by their role there; or the API key, by its scopes.';

CREATE OR REPLACE FUNCTION app_private.require_right(p_right text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  -- The receptionist, a patient with a link and the workers are no person of a clinic.
  if app_private.user_id() is not null and not app_private.has_right(p_right) then
    raise exception '% in this clinic does not have the right %',
      case app_private.actor_type() when 'key' then 'the API key' else 'your role' end, p_right
      using errcode = 'insufficient_privilege', hint = 'Ask an owner or admin of the clinic.', constraint = p_right;
  end if;
  return true;
end $function$;
comment on function app_private.require_right(text) is
  'True, or an exception for a person or API key without the right. For definer functions, after may_act_for, and for policies.';

CREATE OR REPLACE FUNCTION app_private.write_audit(p_action text, p_object_id text, p_before jsonb, p_after jsonb, p_request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_org uuid := app_private.org_id();
  v_person uuid := app_private.user_id();
  v_object_type text;
begin
  if v_org is null or v_person is null then
    raise exception 'an audit row needs a clinic and a signed-in person' using errcode = 'insufficient_privilege';
  end if;
  select a.object_type into v_object_type from app_private.audited_actions a where a.action = p_action;
  if not found then
    raise exception 'audit action % is not listed in app_private.audited_actions', p_action
      using errcode = 'insufficient_privilege';
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (v_org, app_private.actor_type(), v_person::text, p_action, v_object_type, p_object_id, p_before, p_after, p_request_id);
end $function$;

CREATE OR REPLACE FUNCTION app_private.audit_team(p_org_id uuid, p_actor_id uuid, p_action text, p_object_type text, p_object_id uuid, p_before jsonb, p_after jsonb, p_request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (p_org_id, case when p_actor_id = app_private.user_id() then app_private.actor_type() else 'user' end, p_actor_id::text, p_action, p_object_type, p_object_id::text, p_before, p_after, p_request_id);
  perform app_private.emit(p_org_id, 'team.updated', '{}');
end $function$;

CREATE OR REPLACE FUNCTION app_private.is_api_key_good(p_row api_keys)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (p_row).id is not null and (p_row).revoked_at is null
    and coalesce(least((p_row).expires_at, (p_row).overlap_ends_at) > clock_timestamp(), true)
$function$;

CREATE OR REPLACE FUNCTION app_private.key_has_right(p_right text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_row public.api_keys;
begin
  select * into v_row from public.api_keys k where k.id = app_private.user_id() and k.org_id = app_private.org_id();
  return app_private.is_api_key_good(v_row) and v_row.scopes && app_private.scopes_with_right(p_right);
end $function$;
comment on function app_private.key_has_right(text) is
  'Whether the API key of the claims is good, and one of its scopes has that right.';

CREATE OR REPLACE FUNCTION app_private.lock_api_keys(p_org_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('api_keys:' || p_org_id::text, 0)) $function$;

CREATE OR REPLACE FUNCTION app_private.api_key_facts(p_row api_keys)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when (p_row).id is not null then jsonb_strip_nulls(jsonb_build_object(
    'prefix', (p_row).prefix, 'scopes', (p_row).scopes, 'requests_per_hour', (p_row).requests_per_hour,
    'expires_at', (p_row).expires_at, 'revoked_at', (p_row).revoked_at, 'rotated_from', (p_row).rotated_from,
    'overlap_ends_at', (p_row).overlap_ends_at)) end
$function$;

CREATE OR REPLACE FUNCTION app_private.audit_api_key(p_action text, p_before api_keys, p_after api_keys, p_request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values ((p_after).org_id, app_private.actor_type(), app_private.user_id()::text, p_action, 'api_key', (p_after).id::text,
      app_private.api_key_facts(p_before), app_private.api_key_facts(p_after), p_request_id);
  perform app_private.emit((p_after).org_id, 'api_key.updated', '{}');
end $function$;

CREATE OR REPLACE FUNCTION app_private.scopes_error(p_scopes text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_scope text;
begin
  if coalesce(p_scopes, '{}') = '{}' or exists (
    select from unnest(p_scopes) u (name) where not exists (select from app_private.scopes s where s.name = u.name)) then
    return app_private.refusal('UNKNOWN_SCOPE', 'A key has one or more of the scopes read, book, message, operate and admin.');
  end if;
  select s.name into v_scope from app_private.scopes s, unnest(s.rights) r (name)
    where s.name = any (p_scopes) and not app_private.has_right(r.name) limit 1;
  if found then
    return app_private.refusal('SCOPE_NOT_ALLOWED', format(
      'A key with the scope %s could do what you can’t, so you can’t make one. Leave that scope out, or ask an owner.', v_scope));
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION app_private.lock_api_key(p_org_id uuid, p_key_id uuid)
 RETURNS api_keys
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_row public.api_keys;
begin
  if not app_private.may_act_for(p_org_id) or app_private.user_id() is null then
    return null;
  end if;
  perform app_private.require_right('api_keys.manage');
  perform app_private.lock_api_keys(p_org_id);
  select * into v_row from public.api_keys where org_id = p_org_id and id = p_key_id for update;
  return v_row;
end $function$;

CREATE OR REPLACE FUNCTION app_private.api_key_not_found()
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return app_private.refusal('API_KEY_NOT_FOUND', 'There is no such API key in this clinic.');
end $function$;

CREATE OR REPLACE FUNCTION app_private.create_api_key(p_org_id uuid, p_name text, p_scopes text[], p_expires_at timestamp with time zone, p_requests_per_hour integer, p_prefix text, p_key_hash bytea, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_error jsonb;
  v_row public.api_keys;
begin
  if not app_private.may_act_for(p_org_id) or app_private.user_id() is null then
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  perform app_private.require_right('api_keys.manage');
  v_error := app_private.scopes_error(p_scopes);
  if v_error is not null then
    return v_error;
  end if;
  if p_expires_at <= clock_timestamp() then
    return app_private.refusal('EXPIRES_IN_THE_PAST', 'The key would have expired already. Choose a later time, or none.');
  end if;
  perform app_private.lock_api_keys(p_org_id);
  if (select count(*) from public.api_keys k where k.org_id = p_org_id and app_private.is_api_key_good(k)) >= 100 then
    return app_private.refusal('TOO_MANY_API_KEYS', 'A clinic has at most 100 API keys at a time. Revoke some of them first.');
  end if;
  insert into public.api_keys (org_id, name, prefix, key_hash, scopes, requests_per_hour, created_by, expires_at)
    values (p_org_id, p_name, p_prefix, p_key_hash,
      array(select distinct u.name from unnest(p_scopes) u (name) order by u.name),
      p_requests_per_hour, app_private.user_id(), p_expires_at)
    returning * into v_row;
  perform app_private.audit_api_key('api_key.created', null, v_row, p_request_id);
  return jsonb_build_object('success', true, 'key_id', v_row.id);
end $function$;
comment on function app_private.create_api_key(uuid,text,text[],timestamp with time zone,integer,text,bytea,text) is
  'The text of the key is made outside; here are its beginning and its hash.';
grant execute on function app_private.create_api_key(uuid,text,text[],timestamp with time zone,integer,text,bytea,text) to voxanne_tenant;

CREATE OR REPLACE FUNCTION app_private.rotate_api_key(p_org_id uuid, p_key_id uuid, p_overlap_hours integer, p_prefix text, p_key_hash bytea, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_before public.api_keys := app_private.lock_api_key(p_org_id, p_key_id);
  v_old public.api_keys;
  v_new public.api_keys;
  v_error jsonb;
begin
  if v_before.id is null then
    return app_private.api_key_not_found();
  end if;
  v_error := case
    when v_before.revoked_at is not null
      then app_private.refusal('API_KEY_REVOKED', 'This key was revoked, so it can’t be rotated. Make a new key.')
    when v_before.overlap_ends_at is not null
      then app_private.refusal('API_KEY_ROTATED', 'This key was rotated already. Rotate the one that took its place.')
    when not app_private.is_api_key_good(v_before)
      then app_private.refusal('API_KEY_EXPIRED', 'This key has expired, so it can’t be rotated. Make a new key.')
    else app_private.scopes_error(v_before.scopes) end;
  if v_error is not null then
    return v_error;
  end if;
  update public.api_keys set overlap_ends_at = clock_timestamp() + p_overlap_hours * interval '1 hour'
    where id = v_before.id returning * into v_old;
  -- It lives as long as the one before did, counted from now.
  insert into public.api_keys (org_id, name, prefix, key_hash, scopes, requests_per_hour, created_by, expires_at, rotated_from)
    values (p_org_id, v_old.name, p_prefix, p_key_hash, v_old.scopes, v_old.requests_per_hour, app_private.user_id(),
      clock_timestamp() + (v_old.expires_at - v_old.created_at), v_old.id)
    returning * into v_new;
  perform app_private.audit_api_key('api_key.rotated', v_before, v_old, p_request_id);
  perform app_private.audit_api_key('api_key.created', null, v_new, p_request_id);
  return jsonb_build_object('success', true, 'key_id', v_new.id);
end $function$;
comment on function app_private.rotate_api_key(uuid,uuid,integer,text,bytea,text) is
  'A new key takes the place of one that still works for the overlap. Once for each key.';
grant execute on function app_private.rotate_api_key(uuid,uuid,integer,text,bytea,text) to voxanne_tenant;

CREATE OR REPLACE FUNCTION app_private.change_api_key(p_org_id uuid, p_key_id uuid, p_requests_per_hour integer, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_before public.api_keys := app_private.lock_api_key(p_org_id, p_key_id);
  v_after public.api_keys;
begin
  if v_before.id is null then
    return app_private.api_key_not_found();
  end if;
  if v_before.revoked_at is not null then
    return app_private.refusal('API_KEY_REVOKED', 'This key was revoked, so its limit can’t change anymore. Make a new key.');
  end if;
  if v_before.requests_per_hour is distinct from p_requests_per_hour then
    update public.api_keys set requests_per_hour = p_requests_per_hour where id = v_before.id returning * into v_after;
    perform app_private.audit_api_key('api_key.changed', v_before, v_after, p_request_id);
  end if;
  return jsonb_build_object('success', true);
end $function$;
grant execute on function app_private.change_api_key(uuid,uuid,integer,text) to voxanne_tenant;

CREATE OR REPLACE FUNCTION app_private.revoke_api_key(p_org_id uuid, p_key_id uuid, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_before public.api_keys := app_private.lock_api_key(p_org_id, p_key_id);
  v_after public.api_keys;
begin
  if v_before.id is null then
    return app_private.api_key_not_found();
  end if;
  if v_before.revoked_at is null then
    update public.api_keys set revoked_at = clock_timestamp() where id = v_before.id returning * into v_after;
    perform app_private.end_invitations_of(p_org_id, p_key_id);
    perform app_private.audit_api_key('api_key.revoked', v_before, v_after, p_request_id);
  end if;
  return jsonb_build_object('success', true);
end $function$;
comment on function app_private.revoke_api_key(uuid,uuid,text) is
  'It ends at once, and so do invitations that it made. Revoking it again changes nothing.';
grant execute on function app_private.revoke_api_key(uuid,uuid,text) to voxanne_tenant;

CREATE OR REPLACE FUNCTION app_private.find_api_key(p_key_hash bytea)
 RETURNS TABLE(id uuid, org_id uuid, name text, prefix text, scopes text[], requests_per_hour integer, max_requests_per_hour integer, own_requests_per_hour integer, good_until timestamp with time zone, is_revoked boolean)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with used as (
    -- Requests never wait for one another here: who finds the row locked leaves the writing to the other.
    update public.api_keys set last_used_at = clock_timestamp() where api_keys.id = (
      select k.id from public.api_keys k
      where k.key_hash = p_key_hash and app_private.is_api_key_good(k)
        and coalesce(k.last_used_at < clock_timestamp() - interval '1 minute', true)
      for no key update skip locked))
  select k.id, k.org_id, k.name, k.prefix, k.scopes, k.requests_per_hour, o.requests_per_hour, o.own_requests_per_hour,
    least(k.expires_at, k.overlap_ends_at), k.revoked_at is not null
  from public.api_keys k join public.organizations o on o.id = k.org_id
  where k.key_hash = p_key_hash
$function$;
comment on function app_private.find_api_key(bytea) is
  'The key with that hash, good or not, with the limits of its clinic.';
grant execute on function app_private.find_api_key(bytea) to voxanne_service;

CREATE OR REPLACE FUNCTION app_private.good_api_key_hashes()
 RETURNS SETOF bytea
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select k.key_hash from public.api_keys k where app_private.is_api_key_good(k) $function$;
comment on function app_private.good_api_key_hashes() is
  'For networks that were refused: what is not in here costs no statement.';
grant execute on function app_private.good_api_key_hashes() to voxanne_service;

CREATE OR REPLACE FUNCTION app_private.audit_appointment(p_action text, p_before appointments, p_after appointments, p_reason text, p_by app_private.origin)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_person uuid := app_private.user_id();
  v_reason text := nullif(btrim(p_reason), '');
  v_actor text := coalesce(v_person::text, case when (p_by).source = 'voice' then (p_by).call_id end, (p_by).actor_id);
begin
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values ((p_after).org_id,
      case
        when v_person is not null then app_private.actor_type()
        when (p_by).source = 'voice' then 'agent'
        when (p_by).source in ('patient', 'google') then (p_by).source
        else 'system'
      end,
      v_actor, p_action, 'appointment', (p_after).id, app_private.appointment_facts(p_before),
      app_private.appointment_facts(p_after) || jsonb_build_object('source', (p_by).source)
        || case when v_reason is null then '{}' else jsonb_build_object('reason_given', true) end,
      (p_by).request_id);
  if v_reason is not null then
    insert into public.appointment_reasons (org_id, appointment_id, action, reason, actor_id)
      values ((p_after).org_id, (p_after).id, p_action, left(v_reason, 500), v_actor);
  end if;
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
    values (p_org_id, app_private.actor_type(), app_private.user_id()::text,
      'appointment.text_withdrawn', 'appointment', p_appointment_id::text,
      jsonb_build_object('text', substr(coalesce(v_topic, 'message.cancellation'), 9), 'version', v_row.visible_version), p_request_id);
  perform app_private.emit(p_org_id, 'appointment.updated', jsonb_build_object('appointment_id', p_appointment_id,
    'status', v_row.status, 'sync_state', v_row.sync_state));
  return true;
end $function$;

CREATE OR REPLACE FUNCTION app_private.audit_waitlist(p_org_id uuid, p_action text, p_id uuid, p_after jsonb, p_source text, p_actor_id text, p_request_id text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id,
      case when app_private.user_id() is null and p_source = 'patient' then 'patient' else app_private.actor_type() end,
      coalesce(app_private.user_id()::text, p_actor_id), p_action, 'waitlist', p_id, jsonb_strip_nulls(p_after), p_request_id)
$function$;

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
    values (p_org_id, app_private.actor_type(), app_private.user_id()::text,
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
    values (p_org_id, app_private.actor_type(), app_private.user_id()::text,
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
      values (v_org, app_private.actor_type(), v_actor::text,
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
