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
