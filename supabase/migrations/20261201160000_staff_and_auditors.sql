-- The people of a clinic have four roles. Those who were members do the day's work: they are staff. An auditor looks at
-- everything and changes nothing.
--
-- Append-only: once this file is shared it stays as it is, and the next one corrects it. supabase/schemas/ says how
-- things are afterwards, and a test compares the two.

alter table public.profiles drop constraint profiles_role_check;
update public.profiles set role = 'staff' where role = 'member';
alter table public.profiles alter column role set default 'staff';
alter table public.profiles add constraint profiles_role_check
  check (role in ('owner', 'admin', 'staff', 'auditor'));

create or replace function public.handle_new_user_signup() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org_id uuid;
  v_first boolean;
begin
  -- In the block, not in the declaration: what fails there is caught by nobody.
  v_org_id := (new.raw_app_meta_data ->> 'org_id')::uuid;
  if v_org_id is null then
    return null;
  end if;
  v_first := not exists (select 1 from public.profiles where org_id = v_org_id);
  insert into public.profiles (user_id, org_id, email, role)
    values (new.id, v_org_id, new.email,
      case when v_first then 'owner' else 'staff' end)
    on conflict do nothing;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id)
    values (v_org_id, 'user', new.id, case when v_first then 'organization.created' else 'member.added' end,
      'organization', v_org_id);
  return null;
exception when others then
  raise warning 'no profile for a new user: %', sqlstate;
  return null;
end $$;
