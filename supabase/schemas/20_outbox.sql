-- What must leave. The rows are the only truth: a worker claims one by lease, and its effects commit together with the
-- completion, fenced by the lease token.

create table public.outbox (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  topic text not null,
  key text not null,
  payload jsonb not null default '{}',
  seq bigint generated always as identity,
  order_key text check (length(order_key) <= 300),
  blocked boolean not null default false,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'completed', 'failed', 'dead_letter')),
  refused boolean not null default false,
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  lease_token uuid,
  lease_until timestamptz,
  last_attempt_at timestamptz,
  error_message text,
  spans jsonb not null default '[]',
  replays integer not null default 0,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  unique (org_id, topic, key)
);
comment on table public.outbox is
  'What must leave. Written in the transaction that decided it; sent by a worker after the commit.';
comment on column public.outbox.key is
  'Natural identity of the effect, such as appointment:version. The same effect cannot be queued twice.';
comment on column public.outbox.status is
  'failed: the last attempt failed and the next one runs at run_at. dead_letter: given up, a person decides.';
comment on column public.outbox.order_key is
  'Rows of one key leave one at a time, in the order of seq. Null: no order.';
comment on column public.outbox.blocked is
  'Behind an unfinished row of its key. Kept by triggers, also when someone corrects a row by hand.';
comment on column public.outbox.spans is 'One entry an attempt: {attempt, worker, started_at, ms, outcome, error}.';
comment on column public.outbox.refused is
  'Of a dead_letter: refused for good by the carrier or the phone. A matter between clinic and patient, not a fault of the service.';
create index outbox_leased_idx on public.outbox (lease_until) where status = 'processing';
create index outbox_done_idx on public.outbox (coalesce(completed_at, created_at)) where status = 'completed';
create index outbox_given_up_idx on public.outbox (coalesce(last_attempt_at, created_at))
  where status = 'dead_letter';
-- What an owner does with what must leave: looks for it, and sends again what was given up or waits for its next try.
create index outbox_list_idx on public.outbox (org_id, created_at desc, id desc);
create index outbox_dead_idx on public.outbox (org_id, created_at desc, id desc) where status = 'dead_letter';
select app_private.protect('public.outbox');
grant insert, update, delete on public.outbox to voxanne_service;

create function app_private.wake_workers() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  -- A hint only: the workers also look every second.
  perform pg_catalog.pg_notify('voxanne_work', tg_table_name);
  return null;
end $$;

create trigger outbox_wake_workers after insert on public.outbox
  for each statement execute function app_private.wake_workers();

-- What concerns one appointment leaves in order: a calendar must not see "canceled" before "booked". The
-- calendar and the texts do not wait for each other.
create function app_private.enqueue(p_org_id uuid, p_topic text, p_key text, p_payload jsonb,
    p_order_key text default null) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
  insert into public.outbox (org_id, topic, key, payload, order_key) values (p_org_id, p_topic, p_key, p_payload,
    coalesce(p_order_key, split_part(p_topic, '.', 1) || ':' || (p_payload ->> 'appointment_id')))
  on conflict (org_id, topic, key) do nothing;
$$;
grant execute on function app_private.enqueue to voxanne_service, service_role;
