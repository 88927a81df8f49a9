-- Idempotency-Key: the answer of a POST, kept in the transaction that had the effect. Killed before the commit,
-- neither exists; after it, both do. No row means "not done", so nothing can be claimed and never answered.

create table public.idempotency_keys (
  org_id uuid not null references public.organizations (id) on delete cascade,
  route text not null check (length(route) between 1 and 120),
  key text not null check (length(key) between 1 and 255),
  request_hash text not null,
  status integer not null check (status between 200 and 299),
  response jsonb not null,
  created_at timestamptz not null default now(),
  primary key (org_id, route, key)
);
comment on table public.idempotency_keys is
  'Answers to be given again for 24 hours. Refusals are not kept: they had no effect, and may be asked again.';
create index idempotency_keys_created_at_idx on public.idempotency_keys (created_at);
select app_private.protect('public.idempotency_keys');
grant delete on public.idempotency_keys to voxanne_service;

create function app_private.begin_once(p_org_id uuid, p_route text, p_key text, p_request_hash text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare v_kept public.idempotency_keys;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'no such organization' using errcode = 'insufficient_privilege';
  end if;
  -- Held until the commit that makes effect and answer visible: who gets it sees either both or neither.
  if not pg_catalog.pg_try_advisory_xact_lock(
    pg_catalog.hashtextextended('once:' || p_org_id::text || ':' || p_route || ':' || p_key, 0)) then
    return jsonb_build_object('state', 'in_flight');
  end if;
  select * into v_kept from public.idempotency_keys
    where org_id = p_org_id and route = p_route and key = p_key and created_at > now() - interval '24 hours';
  return case
    when not found then jsonb_build_object('state', 'new')
    when v_kept.request_hash <> p_request_hash then jsonb_build_object('state', 'reused')
    else jsonb_build_object('state', 'kept', 'status', v_kept.status, 'response', v_kept.response)
  end;
end $$;
grant execute on function app_private.begin_once to voxanne_tenant, voxanne_service, service_role;

create function app_private.keep_answer(
  p_org_id uuid, p_route text, p_key text, p_request_hash text, p_status integer, p_response jsonb
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'no such organization' using errcode = 'insufficient_privilege';
  end if;
  insert into public.idempotency_keys as k (org_id, route, key, request_hash, status, response)
    values (p_org_id, p_route, p_key, p_request_hash, p_status, p_response)
    -- One that is older than a day, and that the clean-up has not come to yet.
    on conflict (org_id, route, key) do update set request_hash = excluded.request_hash,
      status = excluded.status, response = excluded.response, created_at = now();
end $$;
grant execute on function app_private.keep_answer to voxanne_tenant, voxanne_service, service_role;
