-- Who is asked to join a clinic, and as what. The link in an invitation is its only proof and is kept as a hash: it is shown
-- once, to the person who invites. It is good for one account, with the email address that was invited.

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

-- Who belongs to a clinic changes one step at a time: of two owners who leave together, the second is the last one.
create function app_private.lock_team(p_org_id uuid) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$ select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('team:' || p_org_id::text, 0)) $$;

create function app_private.audit_team(
  p_org_id uuid, p_actor_id uuid, p_action text, p_object_type text, p_object_id uuid, p_before jsonb, p_after jsonb,
  p_request_id text
) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (p_org_id, case when p_actor_id = app_private.user_id() then app_private.actor_type() else 'user' end, p_actor_id::text, p_action, p_object_type, p_object_id::text, p_before, p_after, p_request_id);
  perform app_private.emit(p_org_id, 'team.updated', '{}');
end $$;

-- What is wrong with giving or taking a role; null when nothing is. Owners are the owners' business.
create function app_private.role_error(p_role text) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
begin
  if p_role is null or p_role not in ('owner', 'admin', 'staff', 'auditor') then
    return app_private.refusal('UNKNOWN_ROLE', 'That isn’t a role. Choose owner, admin, staff or auditor.');
  end if;
  if p_role = 'owner' and not app_private.has_right('owners.manage') then
    return app_private.refusal('OWNER_REQUIRED', 'Only an owner can add, change or remove an owner. Ask an owner of the clinic.');
  end if;
  return null;
end $$;

create function app_private.invite(
  p_org_id uuid, p_email text, p_role text, p_token_hash bytea, p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.invite is
  'Invites an email address. An invitation of the same address that is still open ends.';
grant execute on function app_private.invite to voxanne_tenant;

create function app_private.withdraw_invitation(p_org_id uuid, p_invitation_id uuid, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.withdraw_invitation is 'Its link ends. Withdrawing it again changes nothing.';
grant execute on function app_private.withdraw_invitation to voxanne_tenant;

create function app_private.invitation_error(p_row public.invitations, p_email text) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
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
end $$;

-- For people who are no members yet: the link is what they prove.
create function app_private.look_up_invitation(p_token_hash bytea, p_email text default null) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.invitations;
begin
  select * into v_row from public.invitations where token_hash = p_token_hash;
  return coalesce(app_private.invitation_error(v_row, p_email), jsonb_build_object('success', true,
    'organization_name', (select o.name from public.organizations o where o.id = v_row.org_id),
    'email', v_row.email, 'role', v_row.role, 'expires_at', v_row.expires_at));
end $$;
comment on function app_private.look_up_invitation is
  'What the person with the link is invited to, or why the link is no good, for anyone or for one email address.';
grant execute on function app_private.look_up_invitation to voxanne_service;

create function app_private.accept_invitation(p_token_hash bytea, p_user_id uuid, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.accept_invitation is
  'A signed-in person joins the clinic, which becomes the one their next token names. Accepting again changes nothing.';
grant execute on function app_private.accept_invitation to voxanne_service;

-- Before the account exists: the clinic of the invitation instead of one of its own. Null when the link is no good.
create function app_private.take_invitation(p_token text, p_user_id uuid, p_email text) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.invitations;
begin
  select * into v_row from public.invitations where token_hash = sha256(convert_to(p_token, 'UTF8')) for update;
  if app_private.invitation_error(v_row, coalesce(p_email, '')) is not null then
    return null;
  end if;
  update public.invitations set accepted_at = clock_timestamp(), accepted_by = p_user_id where id = v_row.id;
  return v_row.org_id;
end $$;
