-- Who belongs to a clinic, and as what. A clinic always has an owner: the last one can be neither removed nor demoted, and
-- can leave only after handing the clinic over.

-- The clinic that the next token of a person names. Where the auth schema belongs to someone who does not let us, the
-- resolver finds the clinic by the profile.
create function app_private.make_active(p_user_id uuid, p_org_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('org_id', p_org_id)
    where id = p_user_id;
exception when insufficient_privilege then
  raise warning 'the clinic of a person could not be written into auth.users';
end $$;

create function app_private.is_last_owner(p_org_id uuid, p_user_id uuid) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select exists (select 1 from public.profiles where org_id = p_org_id and user_id = p_user_id and role = 'owner')
    and not exists (select 1 from public.profiles where org_id = p_org_id and user_id <> p_user_id and role = 'owner')
$$;
comment on function app_private.is_last_owner is 'Only right under lock_team.';

create function app_private.last_owner_error() returns jsonb
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
begin
  return app_private.refusal('LAST_OWNER',
    'Every clinic needs an owner, and this is the only one. Make someone else an owner first, or hand over the clinic.');
end $$;

-- What a person had begun for the clinic ends with their right to it.
create function app_private.end_invitations_of(p_org_id uuid, p_user_id uuid) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$
  update public.invitations i set withdrawn_at = clock_timestamp()
    where i.org_id = p_org_id and i.invited_by = p_user_id and i.accepted_at is null and i.withdrawn_at is null
      and not exists (
        select 1 from public.profiles p
        where p.org_id = p_org_id and p.user_id = p_user_id
          and p.role = any (app_private.roles_with_right(
            case i.role when 'owner' then 'owners.manage' else 'team.manage' end)))
$$;

create function app_private.remove_profile(p_org_id uuid, p_user_id uuid, p_action text, p_request_id text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
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
end $$;

create function app_private.set_role(p_org_id uuid, p_user_id uuid, p_role text, p_request_id text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
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
end $$;

-- What is wrong with changing that member; null when nothing is. Takes the lock of the team.
create function app_private.member_error(p_org_id uuid, p_user_id uuid, p_right text) returns jsonb
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
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
end $$;

create function app_private.change_member_role(p_org_id uuid, p_user_id uuid, p_role text, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.change_member_role is 'An admin can make and change everyone but owners.';
grant execute on function app_private.change_member_role to voxanne_tenant;

create function app_private.remove_member(p_org_id uuid, p_user_id uuid, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.remove_member is
  'The account stays; it does not belong to the clinic anymore. Invitations that the person made end.';
grant execute on function app_private.remove_member to voxanne_tenant;

create function app_private.leave_organization(p_org_id uuid, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
grant execute on function app_private.leave_organization to voxanne_tenant;

create function app_private.hand_over_ownership(p_org_id uuid, p_user_id uuid, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.hand_over_ownership is 'The other becomes an owner, and the person who hands over an admin.';
grant execute on function app_private.hand_over_ownership to voxanne_tenant;

create function app_private.set_second_factor_rule(p_org_id uuid, p_required boolean, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_before boolean;
begin
  if not app_private.may_act_for(p_org_id) or app_private.user_id() is null then
    return app_private.refusal('ORG_NOT_FOUND', 'There is no such organization.');
  end if;
  perform app_private.lock_team(p_org_id);
  perform app_private.require_right('security.manage');
  select require_second_factor into v_before from public.organizations where id = p_org_id for update;
  if v_before is distinct from p_required then
    update public.organizations set require_second_factor = p_required where id = p_org_id;
    perform app_private.audit_team(p_org_id, app_private.user_id(), 'organization.second_factor', 'organization', p_org_id,
      jsonb_build_object('required', v_before), jsonb_build_object('required', p_required), p_request_id);
  end if;
  return jsonb_build_object('success', true);
end $$;
comment on function app_private.set_second_factor_rule is 'Whether the clinic requires two-step sign-in of its people.';
grant execute on function app_private.set_second_factor_rule to voxanne_tenant;
