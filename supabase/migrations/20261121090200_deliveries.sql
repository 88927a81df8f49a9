-- Once in, surely out. The rows are the only truth: a worker claims one by lease, and its effects commit
-- together with the completion, fenced by the lease token.

create table public.outbox (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  topic text not null,
  key text not null,
  payload jsonb not null default '{}',
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'dead_letter')),
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  lease_token uuid,
  lease_until timestamptz,
  error_message text,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  unique (org_id, topic, key)
);
comment on table public.outbox is 'What must leave. Written in the transaction that decided it; sent by a worker after the commit.';
comment on column public.outbox.key is 'Natural identity of the effect, such as appointment:version. The same effect cannot be queued twice.';
comment on column public.outbox.status is 'failed: the last attempt failed and the next one runs at run_at. dead_letter: given up, a person decides.';
create index outbox_due_idx on public.outbox (run_at) where status in ('pending', 'failed');
create index outbox_leased_idx on public.outbox (lease_until) where status = 'processing';
select app_private.protect('public.outbox');
grant insert, update on public.outbox to voxanne_service;

create table public.processed_webhook_events (
  provider text not null check (provider in ('vapi', 'twilio', 'google')),
  scope text not null,
  event_id text not null,
  org_id uuid references public.organizations (id) on delete cascade,
  event_type text not null,
  response jsonb,
  answered_at timestamptz,
  received_at timestamptz not null default now(),
  primary key (provider, scope, event_id)
);
comment on table public.processed_webhook_events is 'The first copy of an event wins; a repeat gets the stored answer.';
comment on column public.processed_webhook_events.scope is 'Organization id, or the provider account where the organization is not known: one clinic cannot use up another''s ids.';
create index processed_webhook_events_received_at_idx on public.processed_webhook_events (received_at);
select app_private.protect('public.processed_webhook_events');
grant insert, update, delete on public.processed_webhook_events to voxanne_service;

create table public.webhook_delivery_log (
  id uuid primary key default gen_random_uuid(),
  org_id uuid references public.organizations (id) on delete cascade,
  provider text not null check (provider in ('vapi', 'twilio', 'google')),
  event_type text not null,
  event_id text not null,
  payload jsonb not null default '{}',
  received_at timestamptz not null default now(),
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'dead_letter')),
  attempts integer not null default 0,
  last_attempt_at timestamptz,
  completed_at timestamptz,
  error_message text,
  job_id text,
  run_at timestamptz not null default now(),
  lease_token uuid,
  lease_until timestamptz,
  created_at timestamptz not null default now()
);
comment on table public.webhook_delivery_log is 'Every accepted webhook, and the queue of those that are handled after the answer.';
create index idx_webhook_delivery_org_id on public.webhook_delivery_log (org_id);
create index idx_webhook_delivery_status on public.webhook_delivery_log (status);
create index idx_webhook_delivery_created_at on public.webhook_delivery_log (created_at);
create index webhook_delivery_log_due_idx on public.webhook_delivery_log (run_at) where status in ('pending', 'failed');
create index webhook_delivery_log_leased_idx on public.webhook_delivery_log (lease_until) where status = 'processing';
select app_private.protect('public.webhook_delivery_log');
grant insert, update on public.webhook_delivery_log to voxanne_service;

create function app_private.wake_workers() returns trigger
  language plpgsql set search_path = ''
  as $$
begin
  -- A hint only: the workers also look every second.
  perform pg_catalog.pg_notify('voxanne_work', tg_table_name);
  return null;
end $$;
create trigger wake after insert on public.outbox
  for each statement execute function app_private.wake_workers();
create trigger wake after insert on public.webhook_delivery_log
  for each statement execute function app_private.wake_workers();

create function app_private.enqueue(p_org_id uuid, p_topic text, p_key text, p_payload jsonb) returns void
  language sql security definer set search_path = ''
  as $$
  insert into public.outbox (org_id, topic, key, payload) values (p_org_id, p_topic, p_key, p_payload)
  on conflict (org_id, topic, key) do nothing;
$$;
revoke execute on function app_private.enqueue from public;
grant execute on function app_private.enqueue to voxanne_service, service_role;
