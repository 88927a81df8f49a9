-- What processes tell each other about circuit breakers, and what a restarted one must not have forgotten.
--
-- A healthy service has no row. Time is this server's clock alone; processes exchange what is left in milliseconds,
-- because their clocks differ. Every function is one transaction and takes one lock, that of its service, so that no
-- two of them wait for each other. `node` names a process; `id` is ["key", service, key] or ["service", service] as
-- JSON text, which tells a call without a key from one with an empty key.

create table app_private.circuit_breakers (
  id text primary key,
  open_until timestamptz,
  failures integer not null default 0,
  kind text,
  message text,
  last_token bigint,
  lease_until timestamptz,
  forget_at timestamptz not null
);
comment on table app_private.circuit_breakers is
  'Breakers that are open, or whose probe is under way. A closed one has no row.';
comment on column app_private.circuit_breakers.open_until is
  'From then on one probe at a time may pass; the row stays until a probe closes the breaker.';
comment on column app_private.circuit_breakers.last_token is
  'Fences the verdict of a probe whose lease another process has now.';
comment on column app_private.circuit_breakers.forget_at is
  'Nobody probed for long: the row goes, and the next call finds out.';
create index circuit_breakers_forget_at_idx on app_private.circuit_breakers (forget_at);

create table app_private.circuit_breaker_failures (
  id text not null,
  node text not null,
  service_id text not null,
  failures integer not null,
  counted_until timestamptz not null,
  failed_at timestamptz not null,
  forget_at timestamptz not null,
  primary key (id, node)
);
comment on table app_private.circuit_breaker_failures is
  'Failed calls since the last success, for each key and process.';
comment on column app_private.circuit_breaker_failures.counted_until is
  'Failures in a row are forgotten when the newest of all processes is older.';
comment on column app_private.circuit_breaker_failures.failed_at is
  'So many keys that fail at the same time mean the service itself.';
create index circuit_breaker_failures_service_idx on app_private.circuit_breaker_failures (service_id, failed_at);
create index circuit_breaker_failures_forget_at_idx on app_private.circuit_breaker_failures (forget_at);

create sequence app_private.circuit_breaker_tokens;

select app_private.protect_shared('app_private.circuit_breakers');
grant select, insert, update, delete on app_private.circuit_breakers to voxanne_service;
select app_private.protect_shared('app_private.circuit_breaker_failures');
grant select, insert, update, delete on app_private.circuit_breaker_failures to voxanne_service;
grant usage on sequence app_private.circuit_breaker_tokens to voxanne_service;

create function app_private.breaker_lock(p_service_id text) returns timestamptz
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('breaker:' || p_service_id, 0));
  -- Not now(), which is when the transaction began: before the wait.
  return clock_timestamp();
end $$;
grant execute on function app_private.breaker_lock to voxanne_service;

create function app_private.breaker_is_fenced(p_id text, p_token bigint) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select p_token is not null
    and not exists (select from app_private.circuit_breakers where id = p_id and last_token = p_token)
$$;
grant execute on function app_private.breaker_is_fenced to voxanne_service;

create function app_private.breaker_is_open(p_id text, p_now timestamptz) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select exists (select from app_private.circuit_breakers
    where id = p_id and open_until is not null and forget_at > p_now)
$$;
grant execute on function app_private.breaker_is_open to voxanne_service;

create function app_private.breaker_set_open(
  p_node text, p_id text, p_now timestamptz, p_for_ms double precision, p_failures integer, p_kind text, p_message text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_ms double precision := greatest(p_for_ms, 1);
  v_until timestamptz := p_now + v_ms * interval '1 millisecond';
begin
  insert into app_private.circuit_breakers as b (id, open_until, failures, kind, message, forget_at)
    values (p_id, v_until, p_failures, p_kind, p_message,
      v_until + greatest(10 * v_ms, 600000) * interval '1 millisecond')
    on conflict (id) do update set open_until = excluded.open_until, failures = excluded.failures,
      kind = excluded.kind, message = excluded.message, forget_at = excluded.forget_at, lease_until = null;
  update app_private.circuit_breaker_failures set failures = 0 where id = p_id;
  delete from app_private.circuit_breaker_failures where service_id = p_id;
  perform pg_catalog.pg_notify('voxanne_breakers', json_build_object('node', p_node, 'type', 'open', 'id', p_id,
    'remainingMs', v_ms, 'failures', p_failures, 'kind', p_kind, 'message', p_message)::text);
end $$;
grant execute on function app_private.breaker_set_open to voxanne_service;

create function app_private.breaker_failed(
  p_node text, p_id text, p_service_id text, p_failures integer, p_max_age_ms double precision,
  p_cooldown_ms double precision, p_service_keys integer, p_within_ms double precision, p_quorum integer,
  p_kind text, p_message text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_now timestamptz := app_private.breaker_lock(p_service_id);
  v_open boolean := app_private.breaker_is_open(p_id, v_now);
  v_count integer;
  v_nodes integer;
begin
  update app_private.circuit_breaker_failures set failures = 0 where id = p_id and not exists (
    select from app_private.circuit_breaker_failures where id = p_id and counted_until > v_now);
  insert into app_private.circuit_breaker_failures as f
      (id, node, service_id, failures, counted_until, failed_at, forget_at)
    values (p_id, p_node, p_service_id, case when v_open then 0 else 1 end,
      v_now + p_max_age_ms * interval '1 millisecond', v_now,
      v_now + greatest(p_max_age_ms, p_within_ms) * interval '1 millisecond')
    on conflict (id, node) do update set failures = f.failures + excluded.failures,
      counted_until = excluded.counted_until, failed_at = excluded.failed_at, forget_at = excluded.forget_at;
  select sum(failures), count(*) filter (where failures > 0) into v_count, v_nodes
    from app_private.circuit_breaker_failures where id = p_id;
  if not v_open and v_count >= p_failures and v_nodes >= p_quorum then
    perform app_private.breaker_set_open(p_node, p_id, v_now, p_cooldown_ms, v_count, p_kind, p_message);
  end if;
  if app_private.breaker_is_open(p_service_id, v_now) then
    return;
  end if;
  select count(distinct id), count(distinct node) into v_count, v_nodes
    from app_private.circuit_breaker_failures
    where service_id = p_service_id and failed_at > v_now - p_within_ms * interval '1 millisecond';
  if v_count >= p_service_keys and v_nodes >= p_quorum then
    perform app_private.breaker_set_open(p_node, p_service_id, v_now, p_cooldown_ms, v_count, p_kind, p_message);
  end if;
end $$;
comment on function app_private.breaker_failed is
  'Counts one failed call over all processes, and opens the key or the service when that makes enough.';
grant execute on function app_private.breaker_failed to voxanne_service;

create function app_private.breaker_recovered(p_id text, p_service_id text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.breaker_lock(p_service_id);
  delete from app_private.circuit_breaker_failures where id = p_id;
end $$;
grant execute on function app_private.breaker_recovered to voxanne_service;

create function app_private.breaker_opened(
  p_node text, p_id text, p_service_id text, p_token bigint, p_for_ms double precision, p_failures integer,
  p_kind text, p_message text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare v_now timestamptz := app_private.breaker_lock(p_service_id);
begin
  if not app_private.breaker_is_fenced(p_id, p_token) then
    perform app_private.breaker_set_open(p_node, p_id, v_now, p_for_ms, p_failures, p_kind, p_message);
  end if;
end $$;
grant execute on function app_private.breaker_opened to voxanne_service;

create function app_private.breaker_closed(p_node text, p_id text, p_service_id text, p_token bigint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.breaker_lock(p_service_id);
  if app_private.breaker_is_fenced(p_id, p_token) then
    return;
  end if;
  delete from app_private.circuit_breakers where id = p_id;
  delete from app_private.circuit_breaker_failures where id = p_id or service_id = p_id;
  perform pg_catalog.pg_notify('voxanne_breakers',
    json_build_object('node', p_node, 'type', 'close', 'id', p_id)::text);
end $$;
grant execute on function app_private.breaker_closed to voxanne_service;

create function app_private.breaker_take_probe(
  p_id text, p_service_id text, p_lease_ms double precision, out token bigint, out wait_ms double precision)
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_now timestamptz := app_private.breaker_lock(p_service_id);
  v_free timestamptz;
begin
  delete from app_private.circuit_breakers where id = p_id and forget_at <= v_now;
  select greatest(open_until, lease_until) into v_free from app_private.circuit_breakers where id = p_id;
  if v_free > v_now then
    wait_ms := extract(epoch from v_free - v_now) * 1000;
    return;
  end if;
  token := nextval('app_private.circuit_breaker_tokens');
  insert into app_private.circuit_breakers as b (id, last_token, lease_until, forget_at)
    values (p_id, token, v_now + p_lease_ms * interval '1 millisecond',
      v_now + (p_lease_ms + 600000) * interval '1 millisecond')
    on conflict (id) do update set last_token = excluded.last_token, lease_until = excluded.lease_until,
      forget_at = greatest(b.forget_at, excluded.forget_at);
end $$;
comment on function app_private.breaker_take_probe is
  'One probe at a time over all processes, and none before the breaker''s time: a token, or how long to wait.';
grant execute on function app_private.breaker_take_probe to voxanne_service;

create function app_private.breaker_release_probe(p_id text, p_service_id text, p_token bigint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.breaker_lock(p_service_id);
  update app_private.circuit_breakers set lease_until = null where id = p_id and last_token = p_token;
  delete from app_private.circuit_breakers where id = p_id and last_token = p_token and open_until is null;
end $$;
grant execute on function app_private.breaker_release_probe to voxanne_service;

create function app_private.breakers_open()
  returns table (id text, remaining_ms double precision, failures integer, kind text, message text)
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare v_now timestamptz := clock_timestamp();
begin
  -- Skips what is locked: a sweep that never waits cannot be part of a deadlock.
  delete from app_private.circuit_breakers b where b.ctid = any (array(
    select o.ctid from app_private.circuit_breakers o where o.forget_at <= v_now for update skip locked));
  delete from app_private.circuit_breaker_failures f where f.ctid = any (array(
    select o.ctid from app_private.circuit_breaker_failures o where o.forget_at <= v_now for update skip locked));
  return query select b.id, greatest(extract(epoch from b.open_until - v_now) * 1000, 0)::double precision,
      b.failures, b.kind, b.message
    from app_private.circuit_breakers b where b.open_until is not null and b.forget_at > v_now;
end $$;
comment on function app_private.breakers_open is
  'What every process reads at its start and now and then, in case news was lost. Sweeps what is to be forgotten.';
grant execute on function app_private.breakers_open to voxanne_service;
