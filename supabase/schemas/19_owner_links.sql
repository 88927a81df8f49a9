-- How a clinic comes to a person who may have one: by a link of the operator, which is the operator's yes, or by themselves
-- where sign-up is open or they own a clinic already. A deployment without an owner prints such a link when it starts.

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

-- A link without an address is in a log or on a screen, and lets in the first who opens it: it is good for a day. One for an
-- address may wait for its reader.
create function app_private.make_owner_link(p_token_hash bytea, p_email text, p_made_by text) returns timestamptz
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.make_owner_link is 'When it expires. An earlier one for the same address, or for none, ends.';
grant execute on function app_private.make_owner_link to voxanne_service;

-- At each start: the link is printed once, so another start makes another. Of processes that start together one prints.
create function app_private.make_first_owner_link(p_token_hash bytea) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
grant execute on function app_private.make_first_owner_link to voxanne_service;

create function app_private.look_up_owner_link(p_token_hash bytea, p_email text default null) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.look_up_owner_link is
  'Whom the link is for, or why it is no good, for anyone or for one email address.';
grant execute on function app_private.look_up_owner_link to voxanne_service;

-- One statement, so that of two who open the link at once one is let in.
create function app_private.take_owner_link(p_token_hash bytea, p_user_id uuid, p_email text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update app_private.owner_links l set used_at = clock_timestamp(), used_by = p_user_id
    where l.token_hash = p_token_hash and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()
      and (l.email is null or l.email = lower(btrim(coalesce(p_email, ''))));
  return found;
end $$;

-- Which link brought a person: for the audit row of their clinic.
create function app_private.owner_link_of(p_user_id uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('owner_link_id', l.id) from app_private.owner_links l
  where l.used_by = p_user_id and l.used_at > now() - interval '1 minute'
  order by l.used_at desc limit 1
$$;

-- The clinic that the sign-up made for a person, if nobody came to belong to it: the last part of the sign-up failed.
create function app_private.clinic_left_empty(p_user_id uuid) returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select o.id from auth.users u join public.organizations o on o.id::text = u.raw_app_meta_data ->> 'org_id'
  where u.id = p_user_id and not exists (select 1 from public.profiles p where p.org_id = o.id)
    and not exists (select 1 from public.audit_log a where a.org_id = o.id)
$$;

-- For a person who signed up before there were clinics, whose sign-up made none, or who runs several.
create function app_private.create_clinic(p_user_id uuid, p_facts jsonb, p_token_hash bytea, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.create_clinic is
  'The person becomes its owner, and it becomes the clinic that their next token names.';
grant execute on function app_private.create_clinic to voxanne_service;

create function app_private.activate_clinic(p_user_id uuid, p_org_id uuid) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.activate_clinic is 'The clinic that the person works in from now on; the next token names it.';
grant execute on function app_private.activate_clinic to voxanne_service;
