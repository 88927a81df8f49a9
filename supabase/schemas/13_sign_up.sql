-- A sign-up brings its own clinic. Three parts, because GoTrue writes app_metadata from memory: the id is
-- stamped before the insert (so that it is in RETURNING and in the first token), the profile needs the user
-- row, and a later overwrite that drops the id is put right. Nothing here may ever block a sign-up: what goes
-- wrong is a warning, and the person gets a clear 403 instead of "Database error saving new user".

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

create function app_private.create_organization_for_new_user() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id)
    values (v_org_id, 'user', new.id, case when v_first then 'organization.created' else 'member.added' end,
      'organization', v_org_id);
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

create trigger on_auth_user_created_organization before insert on auth.users
  for each row execute function app_private.create_organization_for_new_user();
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user_signup();
create trigger on_auth_user_org_id_kept before update of raw_app_meta_data on auth.users
  for each row execute function app_private.keep_org_id();
