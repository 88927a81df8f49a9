-- Who belongs to a clinic: invitations by a link, other roles, leaving, and handing the clinic over.
--
-- Append-only: once this file is shared it stays as it is, and the next one corrects it. supabase/schemas/ says how
-- things are afterwards, and a test compares the two.

insert into app_private.rights (name, roles, description) values
  ('team.read', '{owner,admin,staff,auditor}', 'see who belongs to the clinic'),
  ('team.manage', '{owner,admin}', 'invite people, and change and remove members'),
  ('owners.manage', '{owner}', 'make and change owners');

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  email text not null check (email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' and length(email) <= 254),
  role text not null check (role in ('owner', 'admin', 'staff', 'auditor')),
  token_hash bytea not null unique check (length(token_hash) = 32),
  invited_by uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null default clock_timestamp() + interval '7 days',
  withdrawn_at timestamptz,
  accepted_at timestamptz,
  accepted_by uuid,
  unique (org_id, id),
  check ((accepted_at is null) = (accepted_by is null)),
  check (accepted_at is null or withdrawn_at is null)
);
comment on table public.invitations is 'Open until it was accepted or withdrawn, or its 7 days are over.';
create unique index invitations_open_idx on public.invitations (org_id, email)
  where accepted_at is null and withdrawn_at is null;
create index invitations_accepted_idx on public.invitations (accepted_by) where accepted_by is not null;
select app_private.protect('public.invitations');
revoke select on public.invitations from voxanne_tenant, voxanne_service;
grant select (id, org_id, email, role, invited_by, created_at, expires_at, withdrawn_at, accepted_at, accepted_by)
  on public.invitations to voxanne_tenant;

CREATE OR REPLACE FUNCTION app_private.create_organization_for_new_user()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_meta jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_country text := coalesce(substring(upper(v_meta ->> 'country') from '^[A-Z]{2}$'), 'US');
  v_org_id uuid;
begin
  if new.raw_app_meta_data ->> 'org_id' is not null then
    return new;
  end if;
  if v_meta ? 'invitation' then
    -- The link is used up by this, and worth nothing to anyone who reads it here later.
    new.raw_user_meta_data := v_meta - 'invitation';
    v_org_id := app_private.take_invitation(v_meta ->> 'invitation', new.id, new.email);
    if v_org_id is not null then
      new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}') || jsonb_build_object('org_id', v_org_id);
      return new;
    end if;
  end if;
  insert into public.organizations (name, phone, public_phone, time_zone, country)
    values (
      left(coalesce(nullif(btrim(v_meta ->> 'organization_name'), ''),
        nullif(btrim(v_meta ->> 'name'), '') || '''s clinic', split_part(coalesce(new.email, 'New'), '@', 1) || '''s clinic'), 120),
      app_private.normalize_phone(v_meta ->> 'phone', v_country),
      app_private.normalize_phone(v_meta ->> 'public_phone', v_country),
      coalesce(app_private.valid_time_zone(v_meta ->> 'time_zone'), 'UTC'),
      v_country)
    returning id into v_org_id;
  perform app_private.create_clinic_defaults(v_org_id, 'Main provider');
  perform app_private.enqueue(v_org_id, 'assistant.provision', v_org_id::text, '{}');
  new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}') || jsonb_build_object('org_id', v_org_id);
  return new;
exception when others then
  raise warning 'no organization for a new user: %', sqlstate;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.handle_new_user_signup()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_org_id uuid;
  v_first boolean;
  v_invitation_id uuid;
  v_role text;
begin
  -- In the block, not in the declaration: what fails there is caught by nobody.
  v_org_id := (new.raw_app_meta_data ->> 'org_id')::uuid;
  if v_org_id is null then
    return null;
  end if;
  v_first := not exists (select 1 from public.profiles where org_id = v_org_id);
  select id, role into v_invitation_id, v_role from public.invitations where accepted_by = new.id and org_id = v_org_id;
  insert into public.profiles (user_id, org_id, email, role)
    values (new.id, v_org_id, new.email,
      case when v_first then 'owner' else coalesce(v_role, 'staff') end)
    on conflict do nothing;
  if v_invitation_id is not null then
    perform app_private.audit_team(v_org_id, new.id, 'member.added', 'member', new.id, null,
      jsonb_build_object('role', v_role, 'invitation_id', v_invitation_id), null);
    return null;
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id)
    values (v_org_id, 'user', new.id, case when v_first then 'organization.created' else 'member.added' end,
      'organization', v_org_id);
  return null;
exception when others then
  raise warning 'no profile for a new user: %', sqlstate;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION app_private.lock_team(p_org_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('team:' || p_org_id::text, 0)) $function$;

CREATE OR REPLACE FUNCTION app_private.audit_team(p_org_id uuid, p_actor_id uuid, p_action text, p_object_type text, p_object_id uuid, p_before jsonb, p_after jsonb, p_request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (p_org_id, 'user', p_actor_id::text, p_action, p_object_type, p_object_id::text, p_before, p_after, p_request_id);
  perform app_private.emit(p_org_id, 'team.updated', '{}');
end $function$;

CREATE OR REPLACE FUNCTION app_private.role_error(p_role text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if p_role is null or p_role not in ('owner', 'admin', 'staff', 'auditor') then
    return app_private.refusal('UNKNOWN_ROLE', 'There is no such role. A person is owner, admin, staff or auditor.');
  end if;
  if p_role = 'owner' and not app_private.has_right('owners.manage') then
    return app_private.refusal('OWNER_REQUIRED', 'Only an owner can make someone an owner, or change an owner. Ask one of them.');
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
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  perform app_private.require_right('team.manage');
  v_error := app_private.role_error(p_role);
  if v_error is not null then
    return v_error;
  end if;
  perform app_private.lock_team(p_org_id);
  if exists (select 1 from public.profiles where org_id = p_org_id and lower(email) = v_email) then
    return app_private.refusal('ALREADY_A_MEMBER',
      'A person with this email address belongs to the clinic already. Change their role in the list of members.');
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
    return app_private.refusal('TOO_MANY_INVITATIONS', 'A clinic has at most 100 invitations at a time. Withdraw some of them first.');
  end if;
  insert into public.invitations (org_id, email, role, token_hash, invited_by)
    values (p_org_id, v_email, p_role, p_token_hash, app_private.user_id())
    returning * into v_row;
  perform app_private.audit_team(p_org_id, app_private.user_id(), 'invitation.created', 'invitation', v_row.id, null,
    jsonb_build_object('role', p_role), p_request_id);
  return jsonb_build_object('success', true, 'invitation_id', v_row.id);
end $function$;
comment on function app_private.invite(uuid,text,text,bytea,text) is
  'Invites an email address. An invitation of the same address that is still open ends.';
grant execute on function app_private.invite(uuid,text,text,bytea,text) to voxanne_tenant;

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
    return app_private.refusal('INVITATION_NOT_FOUND', 'There is no such invitation.');
  end if;
  perform app_private.require_right('team.manage');
  select * into v_row from public.invitations where org_id = p_org_id and id = p_invitation_id for update;
  if not found then
    return app_private.refusal('INVITATION_NOT_FOUND', 'There is no such invitation in this clinic.');
  end if;
  v_error := app_private.role_error(v_row.role);
  if v_error is not null then
    return v_error;
  end if;
  if v_row.accepted_at is not null then
    return app_private.refusal('INVITATION_USED',
      'This invitation was accepted already. Remove the person in the list of members if they must not stay.');
  end if;
  if v_row.withdrawn_at is null then
    update public.invitations set withdrawn_at = clock_timestamp() where id = v_row.id;
    perform app_private.audit_team(p_org_id, app_private.user_id(), 'invitation.withdrawn', 'invitation', v_row.id,
      jsonb_build_object('role', v_row.role), null, p_request_id);
  end if;
  return jsonb_build_object('success', true);
end $function$;
comment on function app_private.withdraw_invitation(uuid,uuid,text) is
  'Its link ends. Withdrawing it again changes nothing.';
grant execute on function app_private.withdraw_invitation(uuid,uuid,text) to voxanne_tenant;

CREATE OR REPLACE FUNCTION app_private.invitation_error(p_row invitations, p_email text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return case
    when (p_row).id is null
      then app_private.refusal('INVITATION_NOT_FOUND', 'This invitation link is not valid. Check that you have all of it, or ask the clinic for a new one.')
    when (p_row).withdrawn_at is not null
      then app_private.refusal('INVITATION_WITHDRAWN', 'This invitation was withdrawn. Ask the clinic for a new one.')
    when (p_row).accepted_at is not null
      then app_private.refusal('INVITATION_USED', 'This invitation was used already. Sign in with the account that used it, or ask the clinic for a new one.')
    when (p_row).expires_at <= clock_timestamp()
      then app_private.refusal('INVITATION_EXPIRED', 'This invitation has expired. Ask the clinic for a new one.')
    when p_email is not null and (p_row).email <> lower(btrim(p_email))
      then app_private.refusal('INVITATION_FOR_ANOTHER',
        'This invitation is for another email address. Use the address that was invited, or ask the clinic to invite this one.')
  end;
end $function$;

CREATE OR REPLACE FUNCTION app_private.look_up_invitation(p_token_hash bytea, p_email text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_row public.invitations;
begin
  select * into v_row from public.invitations where token_hash = p_token_hash;
  return coalesce(app_private.invitation_error(v_row, p_email), jsonb_build_object('success', true,
    'organization_name', (select o.name from public.organizations o where o.id = v_row.org_id),
    'email', v_row.email, 'role', v_row.role, 'expires_at', v_row.expires_at));
end $function$;
comment on function app_private.look_up_invitation(bytea,text) is
  'What the person with the link is invited to, or why the link is no good, for anyone or for one email address.';
grant execute on function app_private.look_up_invitation(bytea,text) to voxanne_service;

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
    return app_private.refusal('ALREADY_A_MEMBER', 'You belong to this clinic already. Ask an owner or admin to change your role.');
  end if;
  update public.invitations set accepted_at = clock_timestamp(), accepted_by = p_user_id where id = v_row.id;
  perform app_private.audit_team(v_row.org_id, p_user_id, 'member.added', 'member', p_user_id, null,
    jsonb_build_object('role', v_row.role, 'invitation_id', v_row.id), p_request_id);
  perform app_private.make_active(p_user_id, v_row.org_id);
  return jsonb_build_object('success', true, 'org_id', v_row.org_id, 'repeated', false);
end $function$;
comment on function app_private.accept_invitation(bytea,uuid,text) is
  'A signed-in person joins the clinic, which becomes the one their next token names. Accepting again changes nothing.';
grant execute on function app_private.accept_invitation(bytea,uuid,text) to voxanne_service;

CREATE OR REPLACE FUNCTION app_private.take_invitation(p_token text, p_user_id uuid, p_email text)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_row public.invitations;
begin
  select * into v_row from public.invitations where token_hash = sha256(convert_to(p_token, 'UTF8')) for update;
  if app_private.invitation_error(v_row, coalesce(p_email, '')) is not null then
    return null;
  end if;
  update public.invitations set accepted_at = clock_timestamp(), accepted_by = p_user_id where id = v_row.id;
  return v_row.org_id;
end $function$;

CREATE OR REPLACE FUNCTION app_private.make_active(p_user_id uuid, p_org_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('org_id', p_org_id)
    where id = p_user_id;
exception when insufficient_privilege then
  raise warning 'the clinic of a person could not be written into auth.users';
end $function$;

CREATE OR REPLACE FUNCTION app_private.is_last_owner(p_org_id uuid, p_user_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select 1 from public.profiles where org_id = p_org_id and user_id = p_user_id and role = 'owner')
    and not exists (select 1 from public.profiles where org_id = p_org_id and user_id <> p_user_id and role = 'owner')
$function$;
comment on function app_private.is_last_owner(uuid,uuid) is
  'Only right under lock_team.';

CREATE OR REPLACE FUNCTION app_private.last_owner_error()
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return app_private.refusal('LAST_OWNER',
    'A clinic needs an owner, and this is the only one. Make someone else an owner first, or hand the clinic over.');
end $function$;

CREATE OR REPLACE FUNCTION app_private.end_invitations_of(p_org_id uuid, p_user_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update public.invitations i set withdrawn_at = clock_timestamp()
    where i.org_id = p_org_id and i.invited_by = p_user_id and i.accepted_at is null and i.withdrawn_at is null
      and not exists (
        select 1 from public.profiles p
        where p.org_id = p_org_id and p.user_id = p_user_id
          and p.role = any (app_private.roles_with_right(
            case i.role when 'owner' then 'owners.manage' else 'team.manage' end)))
$function$;

CREATE OR REPLACE FUNCTION app_private.remove_profile(p_org_id uuid, p_user_id uuid, p_action text, p_request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_role text;
  v_other uuid;
begin
  delete from public.profiles where org_id = p_org_id and user_id = p_user_id returning role into v_role;
  perform app_private.end_invitations_of(p_org_id, p_user_id);
  perform app_private.audit_team(p_org_id, app_private.user_id(), p_action, 'member', p_user_id,
    jsonb_build_object('role', v_role), null, p_request_id);
  select org_id into v_other from public.profiles where user_id = p_user_id order by created_at, org_id limit 1;
  if v_other is not null then
    perform app_private.make_active(p_user_id, v_other);
  end if;
end $function$;

CREATE OR REPLACE FUNCTION app_private.set_role(p_org_id uuid, p_user_id uuid, p_role text, p_request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_before text;
begin
  select role into v_before from public.profiles where org_id = p_org_id and user_id = p_user_id;
  if v_before = p_role then
    return;
  end if;
  update public.profiles set role = p_role where org_id = p_org_id and user_id = p_user_id;
  perform app_private.end_invitations_of(p_org_id, p_user_id);
  perform app_private.audit_team(p_org_id, app_private.user_id(), 'member.role_changed', 'member', p_user_id,
    jsonb_build_object('role', v_before), jsonb_build_object('role', p_role), p_request_id);
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
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  perform app_private.lock_team(p_org_id);
  perform app_private.require_right(p_right);
  select role into v_role from public.profiles where org_id = p_org_id and user_id = p_user_id;
  if not found then
    return app_private.refusal('MEMBER_NOT_FOUND', 'There is no such member in this clinic.');
  end if;
  return app_private.role_error(v_role);
end $function$;

CREATE OR REPLACE FUNCTION app_private.change_member_role(p_org_id uuid, p_user_id uuid, p_role text, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_error jsonb := coalesce(app_private.member_error(p_org_id, p_user_id, 'team.manage'), app_private.role_error(p_role));
begin
  if v_error is not null then
    return v_error;
  end if;
  if p_role <> 'owner' and app_private.is_last_owner(p_org_id, p_user_id) then
    return app_private.last_owner_error();
  end if;
  perform app_private.set_role(p_org_id, p_user_id, p_role, p_request_id);
  return jsonb_build_object('success', true);
end $function$;
comment on function app_private.change_member_role(uuid,uuid,text,text) is
  'An admin can make and change everyone but owners.';
grant execute on function app_private.change_member_role(uuid,uuid,text,text) to voxanne_tenant;

CREATE OR REPLACE FUNCTION app_private.remove_member(p_org_id uuid, p_user_id uuid, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_error jsonb := app_private.member_error(p_org_id, p_user_id, 'team.manage');
begin
  if v_error is not null then
    return v_error;
  end if;
  if app_private.is_last_owner(p_org_id, p_user_id) then
    return app_private.last_owner_error();
  end if;
  perform app_private.remove_profile(p_org_id, p_user_id, 'member.removed', p_request_id);
  return jsonb_build_object('success', true);
end $function$;
comment on function app_private.remove_member(uuid,uuid,text) is
  'The account stays; it does not belong to the clinic anymore. Invitations that the person made end.';
grant execute on function app_private.remove_member(uuid,uuid,text) to voxanne_tenant;

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
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  -- Everyone may go: no right is asked for.
  perform app_private.lock_team(p_org_id);
  if not exists (select 1 from public.profiles where org_id = p_org_id and user_id = v_person) then
    return app_private.refusal('MEMBER_NOT_FOUND', 'You do not belong to this clinic anymore.');
  end if;
  if app_private.is_last_owner(p_org_id, v_person) then
    return app_private.last_owner_error();
  end if;
  perform app_private.remove_profile(p_org_id, v_person, 'member.left', p_request_id);
  return jsonb_build_object('success', true);
end $function$;
grant execute on function app_private.leave_organization(uuid,text) to voxanne_tenant;

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
      then 'You are an owner already. Choose the person who takes over from you.'
      else 'This person is an owner already. To step down, change your own role.' end);
  end if;
  -- First the new one: at no moment is there none.
  perform app_private.set_role(p_org_id, p_user_id, 'owner', p_request_id);
  perform app_private.set_role(p_org_id, app_private.user_id(), 'admin', p_request_id);
  return jsonb_build_object('success', true);
end $function$;
comment on function app_private.hand_over_ownership(uuid,uuid,text) is
  'The other becomes an owner, and the person who hands over an admin.';
grant execute on function app_private.hand_over_ownership(uuid,uuid,text) to voxanne_tenant;
