-- A sign-up brings its own clinic. Three parts, because GoTrue writes app_metadata from memory: the id is
-- stamped before the insert (so that it is in RETURNING and in the first token), the profile needs the user
-- row, and a later overwrite that drops the id is put right. Nothing here may ever block a sign-up: what goes
-- wrong is a warning, and the person creates the clinic afterwards (app_private.create_clinic).

create function app_private.valid_time_zone(p_zone text) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
begin
  -- Not pg_timezone_names: that view costs 12 ms. A name with its continent only: PostgreSQL also takes
  -- abbreviations ("PDT") and offsets of its own ("XYZ+3"), which nothing else can read.
  perform now() at time zone p_zone;
  return case when p_zone = 'UTC' or p_zone ~ '^[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}$' then p_zone end;
exception when others then
  return null;
end $$;

-- Who may make an account and a clinic: open (anyone), invited (with a link from a clinic or from the operator) or closed
-- (no one new). The server refuses in words; this is for accounts that another service makes, such as Supabase: they get no
-- clinic here unless they may have one.
create table app_private.sign_up_mode (
  only_row boolean primary key default true check (only_row),
  mode text not null check (mode in ('open', 'invited', 'closed'))
);
comment on table app_private.sign_up_mode is 'SIGN_UP as the processes read it when they started; no row: open.';
alter table app_private.sign_up_mode enable row level security;
alter table app_private.sign_up_mode force row level security;
create policy owner on app_private.sign_up_mode for all to current_user using (true) with check (true);

create function app_private.sign_up_mode() returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select coalesce((select m.mode from app_private.sign_up_mode m), 'open') $$;

create function app_private.set_sign_up_mode(p_mode text) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
  insert into app_private.sign_up_mode as m (mode) values (p_mode)
    on conflict (only_row) do update set mode = excluded.mode where m.mode <> excluded.mode
$$;
grant execute on function app_private.set_sign_up_mode to voxanne_service;

-- What a person says of their clinic are first values, and never rights.
create function app_private.add_organization(p_facts jsonb, p_email text) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_country text := coalesce(substring(upper(p_facts ->> 'country') from '^[A-Z]{2}$'), 'US');
  v_org_id uuid;
begin
  insert into public.organizations (name, phone, public_phone, time_zone, country)
    values (
      left(coalesce(nullif(btrim(p_facts ->> 'organization_name'), ''),
        nullif(btrim(p_facts ->> 'name'), '') || '''s clinic', split_part(coalesce(p_email, 'New'), '@', 1) || '''s clinic'), 120),
      app_private.normalize_phone(p_facts ->> 'phone', v_country),
      app_private.normalize_phone(p_facts ->> 'public_phone', v_country),
      coalesce(app_private.valid_time_zone(p_facts ->> 'time_zone'), 'UTC'),
      v_country)
    returning id into v_org_id;
  perform app_private.create_clinic_defaults(v_org_id, 'Main provider');
  perform app_private.enqueue(v_org_id, 'assistant.provision', v_org_id::text, '{}');
  return v_org_id;
end $$;
comment on function app_private.add_organization is 'A clinic with its first services and provider, and nobody in it yet.';

create function app_private.create_organization_for_new_user() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_meta jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_mode text;
  v_by_operator boolean := false;
  v_org_id uuid;
begin
  if new.raw_app_meta_data ->> 'org_id' is not null then
    return new;
  end if;
  v_mode := app_private.sign_up_mode();
  if v_meta ? 'invitation' then
    -- The link is used up by this, and worth nothing to anyone who reads it here later.
    new.raw_user_meta_data := v_meta - 'invitation';
    if v_mode <> 'closed' then
      v_org_id := app_private.take_invitation(v_meta ->> 'invitation', new.id, new.email);
      if v_org_id is not null then
        new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}') || jsonb_build_object('org_id', v_org_id);
        return new;
      end if;
      v_by_operator := app_private.take_owner_link(
        sha256(convert_to(v_meta ->> 'invitation', 'UTF8')), new.id, new.email);
    end if;
  end if;
  if v_mode <> 'open' and not v_by_operator then
    return new;
  end if;
  v_org_id := app_private.add_organization(v_meta, new.email);
  if v_by_operator then
    perform app_private.admit_clinic_now(v_org_id);
  end if;
  new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}') || jsonb_build_object('org_id', v_org_id);
  return new;
exception when others then
  raise warning 'no organization for a new user: %', sqlstate;
  return new;
end $$;

create function public.handle_new_user_signup() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after)
    values (v_org_id, 'user', new.id, case when v_first then 'organization.created' else 'member.added' end,
      'organization', v_org_id, app_private.owner_link_of(new.id));
  return null;
exception when others then
  raise warning 'no profile for a new user: %', sqlstate;
  return null;
end $$;

create function app_private.keep_org_id() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.raw_app_meta_data ? 'org_id' and new.raw_app_meta_data ->> 'org_id' is null then
    new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}')
      || jsonb_build_object('org_id', old.raw_app_meta_data -> 'org_id');
  end if;
  return new;
end $$;

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

create trigger on_auth_user_created_organization before insert on auth.users
  for each row execute function app_private.create_organization_for_new_user();
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user_signup();
create trigger on_auth_user_org_id_kept before update of raw_app_meta_data on auth.users
  for each row execute function app_private.keep_org_id();
create trigger on_auth_user_email_changed after update of email on auth.users
  for each row when (new.email is distinct from old.email) execute function app_private.keep_member_email();
