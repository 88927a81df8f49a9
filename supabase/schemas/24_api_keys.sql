-- Keys by which programs act for a clinic. A key belongs to the clinic and not to the person who made it: programs go on
-- when people leave. Of a key only a hash is kept; its text is shown once, and its beginning stays visible.

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

create function app_private.is_api_key_good(p_row public.api_keys) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select (p_row).id is not null and (p_row).revoked_at is null
    and coalesce(least((p_row).expires_at, (p_row).overlap_ends_at) > clock_timestamp(), true)
$$;

create function app_private.key_has_right(p_right text) returns boolean
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.api_keys;
begin
  select * into v_row from public.api_keys k where k.id = app_private.user_id() and k.org_id = app_private.org_id();
  return app_private.is_api_key_good(v_row) and v_row.scopes && app_private.scopes_with_right(p_right);
end $$;
comment on function app_private.key_has_right is 'Whether the API key of the claims is good, and one of its scopes has that right.';

-- One change of a clinic's keys at a time: two rotations of one key at once make one new key.
create function app_private.lock_api_keys(p_org_id uuid) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$ select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('api_keys:' || p_org_id::text, 0)) $$;

create function app_private.api_key_facts(p_row public.api_keys) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case when (p_row).id is not null then jsonb_strip_nulls(jsonb_build_object(
    'prefix', (p_row).prefix, 'scopes', (p_row).scopes, 'requests_per_hour', (p_row).requests_per_hour,
    'expires_at', (p_row).expires_at, 'revoked_at', (p_row).revoked_at, 'rotated_from', (p_row).rotated_from,
    'overlap_ends_at', (p_row).overlap_ends_at)) end
$$;

create function app_private.audit_api_key(p_action text, p_before public.api_keys, p_after public.api_keys, p_request_id text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values ((p_after).org_id, app_private.actor_type(), app_private.user_id()::text, p_action, 'api_key', (p_after).id::text,
      app_private.api_key_facts(p_before), app_private.api_key_facts(p_after), p_request_id);
  perform app_private.emit((p_after).org_id, 'api_key.updated', '{}');
end $$;

-- What is wrong with giving a key these scopes; null when nothing is. Nobody can give more than they have: the text of a
-- new key is shown to who makes or rotates it.
create function app_private.scopes_error(p_scopes text[]) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
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
end $$;

-- Takes the lock of the clinic's keys and answers with the key, or with nothing where the clinic has no such key.
create function app_private.lock_api_key(p_org_id uuid, p_key_id uuid) returns public.api_keys
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
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
end $$;

create function app_private.api_key_not_found() returns jsonb
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
begin
  return app_private.refusal('API_KEY_NOT_FOUND', 'There is no such API key in this clinic.');
end $$;

create function app_private.create_api_key(
  p_org_id uuid, p_name text, p_scopes text[], p_expires_at timestamptz, p_requests_per_hour integer, p_prefix text,
  p_key_hash bytea, p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.create_api_key is 'The text of the key is made outside; here are its beginning and its hash.';
grant execute on function app_private.create_api_key to voxanne_tenant;

create function app_private.rotate_api_key(
  p_org_id uuid, p_key_id uuid, p_overlap_hours integer, p_prefix text, p_key_hash bytea, p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.rotate_api_key is
  'A new key takes the place of one that still works for the overlap. Once for each key.';
grant execute on function app_private.rotate_api_key to voxanne_tenant;

create function app_private.change_api_key(
  p_org_id uuid, p_key_id uuid, p_requests_per_hour integer, p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
grant execute on function app_private.change_api_key to voxanne_tenant;

create function app_private.revoke_api_key(p_org_id uuid, p_key_id uuid, p_request_id text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
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
end $$;
comment on function app_private.revoke_api_key is 'It ends at once, and so do invitations that it made. Revoking it again changes nothing.';
grant execute on function app_private.revoke_api_key to voxanne_tenant;

-- For the resolver, which asks once for all requests of some seconds.
create function app_private.find_api_key(p_key_hash bytea)
  returns table (id uuid, org_id uuid, name text, prefix text, scopes text[], requests_per_hour integer,
    max_requests_per_hour integer, own_requests_per_hour integer, good_until timestamptz, is_revoked boolean)
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
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
$$;
comment on function app_private.find_api_key is 'The key with that hash, good or not, with the limits of its clinic.';
grant execute on function app_private.find_api_key to voxanne_service;

create function app_private.good_api_key_hashes() returns setof bytea
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select k.key_hash from public.api_keys k where app_private.is_api_key_good(k) $$;
comment on function app_private.good_api_key_hashes is
  'For networks that were refused: what is not in here costs no statement.';
grant execute on function app_private.good_api_key_hashes to voxanne_service;
