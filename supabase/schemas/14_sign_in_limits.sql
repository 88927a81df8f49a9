-- How often a sign-in may fail: for an account at an address, for an account, for an address. Each row is a bucket that
-- empties with time: full_until is when it will be empty. An attempt takes its place before the password is looked at,
-- so that a hundred at once count like one after the other, and gets it back unless the password was wrong.
--
-- Nobody locks someone else out. An account that is under attack from many addresses is not closed: each address that
-- it never signed in from gets one try at a time instead of ten, and those that it did sign in from go on as before,
-- also when other accounts there have used up what their address may do.

create table app_private.sign_in_limits (
  key bytea primary key,
  full_until timestamptz not null,
  succeeded_at timestamptz,
  forget_at timestamptz not null
);
comment on table app_private.sign_in_limits is
  'Failed sign-ins that count at present. Keys are keyed hashes: no address of a person and none of a network is in here.';
comment on column app_private.sign_in_limits.full_until is
  'Each failure moves it on; the further it lies ahead, the more failed of late.';
comment on column app_private.sign_in_limits.succeeded_at is
  'Of an account at an address: when it last signed in from there.';
create index sign_in_limits_forget_at_idx on app_private.sign_in_limits (forget_at);
select app_private.protect_shared('app_private.sign_in_limits');
grant select, insert, update, delete on app_private.sign_in_limits to voxanne_service;

-- What one failure fills, so that ten of an account at an address and a hundred of an address are forgotten in a quarter
-- of an hour, and a hundred of an account in an hour.
create function app_private.sign_in_cost(p_kind text) returns interval
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select case p_kind when 'pair' then interval '90 seconds' when 'account' then interval '36 seconds'
    else interval '9 seconds' end $$;
grant execute on function app_private.sign_in_cost to voxanne_service;

-- Takes a place. 0: go on; else the seconds after which there is one. A sign-up has an address only.
create function app_private.begin_sign_in(p_now timestamptz, p_pair bytea, p_account bytea, p_address bytea)
  returns integer
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_keys bytea[] := array_remove(array[p_pair, p_account, p_address], null);
  v_ahead interval;
  v_known boolean;
  v_tries integer := 10;
  v_wait interval := interval '0';
begin
  delete from app_private.sign_in_limits where key in (
    select l.key from app_private.sign_in_limits l where l.forget_at < p_now order by l.forget_at limit 10
    for update skip locked);
  insert into app_private.sign_in_limits (key, full_until, forget_at)
    select k, p_now, p_now + interval '1 day' from unnest(v_keys) as k order by k
    on conflict (key) do nothing;
  perform 1 from app_private.sign_in_limits l where l.key = any (v_keys) order by l.key for update;

  select coalesce(l.succeeded_at > p_now - interval '30 days', false), l.full_until - p_now into v_known, v_ahead
    from app_private.sign_in_limits l where l.key = p_pair;
  v_known := coalesce(v_known, false);
  if not v_known and exists (select 1 from app_private.sign_in_limits l where l.key = p_account
      and l.full_until - p_now > 99 * app_private.sign_in_cost('account')) then
    v_tries := 1;
  end if;
  v_wait := greatest(v_wait, v_ahead - (v_tries - 1) * app_private.sign_in_cost('pair'));
  if not v_known then
    select greatest(v_wait, l.full_until - p_now - 99 * app_private.sign_in_cost('address')) into v_wait
      from app_private.sign_in_limits l where l.key = p_address;
  end if;
  if v_wait > interval '0' then
    return ceil(extract(epoch from v_wait));
  end if;
  update app_private.sign_in_limits l
    set full_until = greatest(l.full_until, p_now) + app_private.sign_in_cost(
        case l.key when p_pair then 'pair' when p_account then 'account' else 'address' end),
      forget_at = greatest(l.forget_at, p_now + interval '1 day')
    where l.key = any (v_keys);
  return 0;
end $$;
grant execute on function app_private.begin_sign_in to voxanne_service;

-- Gives the place back, when the password was right or nobody looked at it.
create function app_private.end_sign_in(
  p_now timestamptz, p_pair bytea, p_account bytea, p_address bytea, p_succeeded boolean) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_keys bytea[] := array_remove(array[p_pair, p_account, p_address], null);
begin
  perform 1 from app_private.sign_in_limits l where l.key = any (v_keys) order by l.key for update;
  update app_private.sign_in_limits l
    set full_until = case when l.key = p_pair and p_succeeded then p_now
        else greatest(p_now, l.full_until - app_private.sign_in_cost(
          case l.key when p_pair then 'pair' when p_account then 'account' else 'address' end)) end,
      succeeded_at = case when l.key = p_pair and p_succeeded then p_now else l.succeeded_at end,
      forget_at = case when l.key = p_pair and p_succeeded then p_now + interval '30 days' else l.forget_at end
    where l.key = any (v_keys);
end $$;
grant execute on function app_private.end_sign_in to voxanne_service;
