-- Who may make an account and a clinic (SIGN_UP), links of the operator for owners, and clinics that a signed-in person
-- creates and switches between.
--
-- Append-only: once this file is shared it stays as it is, and the next one corrects it. supabase/schemas/ says how
-- things are afterwards, and a test compares the two.

create table app_private.sign_up_mode (
  only_row boolean primary key default true check (only_row),
  mode text not null check (mode in ('open', 'invited', 'closed'))
);
comment on table app_private.sign_up_mode is 'SIGN_UP as the processes read it when they started; no row: open.';
alter table app_private.sign_up_mode enable row level security;
alter table app_private.sign_up_mode force row level security;
create policy owner on app_private.sign_up_mode for all to current_user using (true) with check (true);

create table app_private.owner_links (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null unique check (length(token_hash) = 32),
  -- Null: for the person who has the link, whatever their address.
  email text check (email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' and length(email) <= 254),
  made_by text not null check (made_by in ('start', 'operator')),
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  used_at timestamptz,
  used_by uuid,
  check ((used_at is null) = (used_by is null)),
  check (used_at is null or ended_at is null)
);
comment on table app_private.owner_links is
  'Links by which the operator lets an owner in, once; of each only a hash. The rows stay: they say who was let in.';
create unique index owner_links_open_idx on app_private.owner_links (coalesce(email, ''))
  where used_at is null and ended_at is null;
create index owner_links_used_idx on app_private.owner_links (used_by) where used_by is not null;
alter table app_private.owner_links enable row level security;
alter table app_private.owner_links force row level security;
create policy owner on app_private.owner_links for all to current_user using (true) with check (true);

CREATE OR REPLACE FUNCTION app_private.sign_up_mode()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select coalesce((select m.mode from app_private.sign_up_mode m), 'open') $function$;

CREATE OR REPLACE FUNCTION app_private.set_sign_up_mode(p_mode text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  insert into app_private.sign_up_mode as m (mode) values (p_mode)
    on conflict (only_row) do update set mode = excluded.mode where m.mode <> excluded.mode
$function$;
grant execute on function app_private.set_sign_up_mode(text) to voxanne_service;

CREATE OR REPLACE FUNCTION app_private.add_organization(p_facts jsonb, p_email text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
comment on function app_private.add_organization(jsonb,text) is
  'A clinic with its first services and provider, and nobody in it yet.';

CREATE OR REPLACE FUNCTION app_private.create_organization_for_new_user()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after)
    values (v_org_id, 'user', new.id, case when v_first then 'organization.created' else 'member.added' end,
      'organization', v_org_id, app_private.owner_link_of(new.id));
  return null;
exception when others then
  raise warning 'no profile for a new user: %', sqlstate;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION app_private.make_owner_link(p_token_hash bytea, p_email text, p_made_by text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_email text := lower(btrim(p_email));
  v_expires_at timestamptz := clock_timestamp() + case when p_email is null then interval '24 hours' else interval '7 days' end;
begin
  perform pg_advisory_xact_lock(hashtextextended('app_private.owner_links', 0));
  update app_private.owner_links l set ended_at = clock_timestamp()
    where l.email is not distinct from v_email and l.used_at is null and l.ended_at is null;
  insert into app_private.owner_links (token_hash, email, made_by, expires_at)
    values (p_token_hash, v_email, p_made_by, v_expires_at);
  return v_expires_at;
end $function$;
comment on function app_private.make_owner_link(bytea,text,text) is
  'When it expires. An earlier one for the same address, or for none, ends.';
grant execute on function app_private.make_owner_link(bytea,text,text) to voxanne_service;

CREATE OR REPLACE FUNCTION app_private.make_first_owner_link(p_token_hash bytea)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('app_private.owner_links', 0));
  if exists (select 1 from public.profiles p where p.role = 'owner') then
    return 'HAS_OWNER';
  end if;
  if exists (select 1 from app_private.owner_links l where l.made_by = 'start' and l.used_at is null
      and l.ended_at is null and l.created_at > clock_timestamp() - interval '30 seconds') then
    return 'JUST_MADE';
  end if;
  perform app_private.make_owner_link(p_token_hash, null, 'start');
  return 'MADE';
end $function$;
grant execute on function app_private.make_first_owner_link(bytea) to voxanne_service;

CREATE OR REPLACE FUNCTION app_private.look_up_owner_link(p_token_hash bytea, p_email text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_row app_private.owner_links;
begin
  select * into v_row from app_private.owner_links l where l.token_hash = p_token_hash;
  return case
    when v_row.id is null
      then app_private.refusal('OWNER_LINK_NOT_FOUND', 'This link is not valid. Check that you have all of it, or ask the person who sent it for a new one.')
    when v_row.used_at is not null
      then app_private.refusal('OWNER_LINK_USED', 'This link was used already. Sign in with the account that used it, or ask the person who sent it for a new one.')
    when v_row.ended_at is not null
      then app_private.refusal('OWNER_LINK_REPLACED', 'This link was replaced by a newer one. Open that one, or ask the person who sent it for another.')
    when v_row.expires_at <= clock_timestamp()
      then app_private.refusal('OWNER_LINK_EXPIRED', 'This link has expired. Ask the person who sent it for a new one.')
    when p_email is not null and v_row.email <> lower(btrim(p_email))
      then app_private.refusal('OWNER_LINK_FOR_ANOTHER',
        'This link is for another email address. Use the address it was sent to, or ask for a link for this one.')
    else jsonb_build_object('success', true, 'email', v_row.email, 'expires_at', v_row.expires_at)
  end;
end $function$;
comment on function app_private.look_up_owner_link(bytea,text) is
  'Whom the link is for, or why it is no good, for anyone or for one email address.';
grant execute on function app_private.look_up_owner_link(bytea,text) to voxanne_service;

CREATE OR REPLACE FUNCTION app_private.take_owner_link(p_token_hash bytea, p_user_id uuid, p_email text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update app_private.owner_links l set used_at = clock_timestamp(), used_by = p_user_id
    where l.token_hash = p_token_hash and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()
      and (l.email is null or l.email = lower(btrim(coalesce(p_email, ''))));
  return found;
end $function$;

CREATE OR REPLACE FUNCTION app_private.owner_link_of(p_user_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('owner_link_id', l.id) from app_private.owner_links l
  where l.used_by = p_user_id and l.used_at > now() - interval '1 minute'
  order by l.used_at desc limit 1
$function$;

CREATE OR REPLACE FUNCTION app_private.clinic_left_empty(p_user_id uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select o.id from auth.users u join public.organizations o on o.id::text = u.raw_app_meta_data ->> 'org_id'
  where u.id = p_user_id and not exists (select 1 from public.profiles p where p.org_id = o.id)
    and not exists (select 1 from public.audit_log a where a.org_id = o.id)
$function$;

CREATE OR REPLACE FUNCTION app_private.create_clinic(p_user_id uuid, p_facts jsonb, p_token_hash bytea, p_request_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_email text;
  v_error jsonb;
  v_owned integer;
  v_today integer;
  v_org_id uuid;
begin
  -- One at a time for a person, or two at once would both be the last that the limit allows.
  perform pg_advisory_xact_lock(hashtextextended('clinics of:' || p_user_id::text, 0));
  select lower(u.email) into v_email from auth.users u where u.id = p_user_id;
  if not found then
    return app_private.refusal('NOT_SIGNED_IN', 'Your account no longer exists. Sign up again.');
  end if;
  select count(*), count(*) filter (where p.created_at > now() - interval '24 hours') into v_owned, v_today
    from public.profiles p where p.user_id = p_user_id and p.role = 'owner';
  if p_token_hash is not null then
    v_error := app_private.look_up_owner_link(p_token_hash, coalesce(v_email, ''));
    if not (v_error ->> 'success')::boolean then
      return v_error;
    end if;
  elsif app_private.sign_up_mode() <> 'open' and v_owned = 0 then
    return app_private.refusal('INVITATION_REQUIRED',
      'To create a clinic here, you need a link from the people who run this service. Ask them for one, or ask a clinic to invite you.');
  end if;
  if v_today >= 5 or v_owned >= 50 then
    return app_private.refusal('TOO_MANY_CLINICS', case when v_owned >= 50
      then 'You own 50 clinics, which is the most one person can have. Hand one over first.'
      else 'You created 5 clinics in the last 24 hours. Create the next one tomorrow.' end);
  end if;
  if p_token_hash is not null and not app_private.take_owner_link(p_token_hash, p_user_id, v_email) then
    return app_private.look_up_owner_link(p_token_hash, coalesce(v_email, ''));
  end if;
  v_org_id := app_private.clinic_left_empty(p_user_id);
  if v_org_id is null then
    v_org_id := app_private.add_organization(p_facts, v_email);
  else
    update public.organizations o set name = left(p_facts ->> 'organization_name', 120),
        time_zone = coalesce(app_private.valid_time_zone(p_facts ->> 'time_zone'), o.time_zone)
      where o.id = v_org_id;
  end if;
  if p_token_hash is not null then
    perform app_private.admit_clinic_now(v_org_id);
  end if;
  insert into public.profiles (user_id, org_id, email, role) values (p_user_id, v_org_id, v_email, 'owner');
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (v_org_id, 'user', p_user_id::text, 'organization.created', 'organization', v_org_id::text,
      app_private.owner_link_of(p_user_id), p_request_id);
  perform app_private.make_active(p_user_id, v_org_id);
  return jsonb_build_object('success', true, 'org_id', v_org_id);
end $function$;
comment on function app_private.create_clinic(uuid,jsonb,bytea,text) is
  'The person becomes its owner, and it becomes the clinic that their next token names.';
grant execute on function app_private.create_clinic(uuid,jsonb,bytea,text) to voxanne_service;

CREATE OR REPLACE FUNCTION app_private.activate_clinic(p_user_id uuid, p_org_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not exists (select 1 from public.profiles p where p.user_id = p_user_id and p.org_id = p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'You don’t belong to a clinic with that id. GET /api/organizations lists yours.');
  end if;
  perform app_private.make_active(p_user_id, p_org_id);
  if not exists (select 1 from auth.users u where u.id = p_user_id and u.raw_app_meta_data ->> 'org_id' = p_org_id::text) then
    return app_private.refusal('CLINIC_NOT_ACTIVATED',
      'The sign-in service doesn’t let Voxanne switch clinics. Ask the operator to let the database owner update auth.users.');
  end if;
  return jsonb_build_object('success', true, 'org_id', p_org_id);
end $function$;
comment on function app_private.activate_clinic(uuid,uuid) is
  'The clinic that the person works in from now on; the next token names it.';
grant execute on function app_private.activate_clinic(uuid,uuid) to voxanne_service;
