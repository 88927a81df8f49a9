-- Webhooks that came in: each is taken once, and is answered and handled as often as it takes.

create table public.processed_webhook_events (
  provider text not null check (provider in ('vapi', 'twilio', 'google')),
  scope text not null,
  event_id text not null,
  org_id uuid references public.organizations (id) on delete cascade,
  event_type text not null,
  delivery_id uuid,
  response jsonb,
  answered_at timestamptz,
  received_at timestamptz not null default now(),
  primary key (provider, scope, event_id)
);
comment on table public.processed_webhook_events is 'The first copy of an event wins; a repeat gets the stored answer.';
comment on column public.processed_webhook_events.scope is
  'Organization id, or the provider account where the organization is not known: one clinic cannot use up another''s ids.';
comment on column public.processed_webhook_events.delivery_id is 'The delivery of the first copy.';
create index processed_webhook_events_received_at_idx on public.processed_webhook_events (received_at);
select app_private.protect('public.processed_webhook_events');
grant insert, update, delete on public.processed_webhook_events to voxanne_service;

-- No trigger here wakes the workers: a commit that notifies waits for every other commit that does, which would be one
-- fsync per webhook. The process that takes webhooks in notifies afterwards, once for many.
create table public.webhook_delivery_log (
  id uuid primary key default gen_random_uuid(),
  org_id uuid references public.organizations (id) on delete cascade,
  provider text not null check (provider in ('vapi', 'twilio', 'google')),
  event_type text not null,
  event_id text not null,
  signature text not null default 'none',
  headers jsonb not null default '{}',
  payload jsonb not null default '{}',
  request_id text,
  response jsonb,
  received_at timestamptz not null default now(),
  duplicates integer not null default 0,
  last_duplicate_at timestamptz,
  seq bigint generated always as identity,
  order_key text check (length(order_key) <= 300),
  blocked boolean not null default false,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'dead_letter')),
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  lease_token uuid,
  lease_until timestamptz,
  last_attempt_at timestamptz,
  error_message text,
  spans jsonb not null default '[]',
  replays integer not null default 0,
  job_id text,
  created_at timestamptz not null default now(),
  completed_at timestamptz
);
comment on table public.webhook_delivery_log is
  'Every accepted webhook, and the queue of those that are handled after the answer.';
comment on column public.webhook_delivery_log.job_id is
  'Id of the BullMQ job that carries this row''s id, where Redis is used. The row is the truth.';
comment on column public.webhook_delivery_log.order_key is
  'Deliveries of one call or channel are handled one at a time, in the order of seq. Null: no order.';
comment on column public.webhook_delivery_log.blocked is
  'Behind an unfinished row of its key. Kept by triggers, also when someone corrects a row by hand.';
comment on column public.webhook_delivery_log.spans is
  'One entry an attempt: {attempt, worker, started_at, ms, outcome, error}.';
comment on column public.webhook_delivery_log.headers is 'Of the request, secrets masked.';
comment on column public.webhook_delivery_log.signature is
  'How the sender proved itself: secret, bearer, hmac, twilio or channel_token. What proved nothing has no row.';
comment on column public.webhook_delivery_log.duplicates is
  'Further copies of the same event; each got its 2xx (or the stored answer) and had no effect.';
comment on column public.webhook_delivery_log.response is 'What was answered, for the messages that need an answer.';
create index idx_webhook_delivery_org_id on public.webhook_delivery_log (org_id);
create index idx_webhook_delivery_status on public.webhook_delivery_log (status);
create index idx_webhook_delivery_created_at on public.webhook_delivery_log (created_at);
create index webhook_delivery_log_leased_idx on public.webhook_delivery_log (lease_until) where status = 'processing';
-- What is old is found without reading what is not. A row that someone finished by hand may not know when.
create index webhook_delivery_log_done_idx on public.webhook_delivery_log (coalesce(completed_at, created_at))
  where status = 'completed';
create index webhook_delivery_log_given_up_idx on public.webhook_delivery_log (coalesce(last_attempt_at, created_at))
  where status = 'dead_letter';
-- What an owner does with deliveries: looks for them, and replays them.
create index webhook_delivery_log_list_idx on public.webhook_delivery_log (org_id, created_at desc, id desc);
create index webhook_delivery_log_dead_idx on public.webhook_delivery_log (org_id, created_at desc, id desc)
  where status = 'dead_letter';
select app_private.protect('public.webhook_delivery_log');
grant insert, update, delete on public.webhook_delivery_log to voxanne_service;

-- Sends finished deliveries of the caller's clinic back into the queue. A row that was not finished is left alone and
-- not returned. The audit rows commit with it.
create function app_private.replay_deliveries(p_ids uuid[], p_request_id text) returns setof uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org uuid := app_private.org_id();
  v_actor uuid := app_private.user_id();
  v_id uuid;
  v_before record;
begin
  if v_org is null or not exists (
    select 1 from public.profiles p where p.user_id = v_actor and p.org_id = v_org and p.role = 'owner'
  ) then
    raise exception 'only an owner replays deliveries' using errcode = 'insufficient_privilege';
  end if;
  -- Rows of one key queue up in the order in which they came; two replays at once take the keys in one order.
  for v_id in
    select d.id from public.webhook_delivery_log d
    where d.id = any (p_ids) and d.org_id = v_org
    order by d.order_key nulls first, d.seq
  loop
    select d.status, d.attempts, d.replays into v_before from public.webhook_delivery_log d
    where d.id = v_id and d.status in ('completed', 'failed', 'dead_letter') for update;
    continue when not found;
    update public.webhook_delivery_log d set
      status = 'pending', attempts = 0, run_at = now(), replays = d.replays + 1,
      completed_at = null, error_message = null, lease_token = null, lease_until = null
    where d.id = v_id;
    insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (v_org, 'user', v_actor::text, 'delivery.replayed', 'webhook_delivery', v_id::text,
      pg_catalog.jsonb_build_object('status', v_before.status, 'attempts', v_before.attempts, 'replays', v_before.replays),
      pg_catalog.jsonb_build_object('status', 'pending', 'attempts', 0, 'replays', v_before.replays + 1),
      p_request_id);
    return next v_id;
  end loop;
  if found then
    perform pg_catalog.pg_notify('voxanne_work', 'webhook_delivery_log');
  end if;
end $$;
comment on function app_private.replay_deliveries is 'Returns the ids that were sent back into the queue.';
grant execute on function app_private.replay_deliveries to voxanne_tenant;
