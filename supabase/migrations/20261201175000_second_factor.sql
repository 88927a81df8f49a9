-- Two-step sign-in that a clinic can require, and the address that a person signs in with, kept in the team.
--
-- Append-only: once this file is shared it stays as it is, and the next one corrects it. supabase/schemas/ says how
-- things are afterwards, and a test compares the two.

insert into app_private.rights (name, roles, description) values
  ('security.manage', '{owner}', 'require two-step sign-in of everyone in the clinic');

alter table public.organizations add column require_second_factor boolean not null default false;
comment on column public.organizations.require_second_factor is
  'Whether people reach the clinic only with a sign-in that took two steps.';

create or replace function app_private.member_org_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select p.org_id from public.profiles p join public.organizations o on o.id = p.org_id
  where p.user_id = app_private.user_id() and p.org_id = app_private.org_id()
    and app_private.claims() ->> 'role' = 'authenticated'
    and (not o.require_second_factor or app_private.claims() ->> 'aal' = 'aal2')
$$;
comment on function app_private.member_org_id() is
  'The clinic of the claims, if the person of the claims belongs to it and signed in as it requires. Null for everyone else.';

create function app_private.keep_member_email() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org_id uuid;
begin
  for v_org_id in
    update public.profiles set email = new.email where user_id = new.id and email is distinct from new.email returning org_id
  loop
    perform app_private.audit_team(v_org_id, new.id, 'member.email_changed', 'member', new.id, null, null, null);
  end loop;
  return null;
exception when others then
  raise warning 'no new email address for a member: %', sqlstate;
  return null;
end $$;
comment on function app_private.keep_member_email is 'The team shows the address that a person signs in with. The log says that it changed, not to what.';

create trigger on_auth_user_email_changed after update of email on auth.users
  for each row when (new.email is distinct from old.email) execute function app_private.keep_member_email();

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
