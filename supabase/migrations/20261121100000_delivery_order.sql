-- Order per key, and what an owner wants to see of a delivery. Rows of one key (a call, an appointment, a
-- channel) are worked off one at a time in the order in which they came: only the first one that is not
-- finished is claimable, the others are blocked behind it.

alter table public.outbox
  add column seq bigint generated always as identity,
  add column order_key text check (length(order_key) <= 300),
  add column blocked boolean not null default false,
  add column last_attempt_at timestamptz,
  add column spans jsonb not null default '[]',
  add column replays integer not null default 0;
alter table public.webhook_delivery_log
  add column seq bigint generated always as identity,
  add column order_key text check (length(order_key) <= 300),
  add column blocked boolean not null default false,
  add column spans jsonb not null default '[]',
  add column replays integer not null default 0,
  add column headers jsonb not null default '{}',
  add column signature text not null default 'none',
  add column duplicates integer not null default 0,
  add column last_duplicate_at timestamptz,
  add column response jsonb,
  add column request_id text;
alter table public.processed_webhook_events add column delivery_id uuid;

comment on column public.outbox.order_key is 'Rows of one key leave one at a time, in the order of seq. Null: no order.';
comment on column public.outbox.blocked is 'Behind an unfinished row of its key. Kept by triggers, also when somebody mends a row by hand.';
comment on column public.outbox.spans is 'One entry an attempt: {attempt, worker, started_at, ms, outcome, error}.';
comment on column public.webhook_delivery_log.order_key is 'Deliveries of one call or channel are handled one at a time, in the order of seq. Null: no order.';
comment on column public.webhook_delivery_log.blocked is 'Behind an unfinished row of its key. Kept by triggers, also when somebody mends a row by hand.';
comment on column public.webhook_delivery_log.spans is 'One entry an attempt: {attempt, worker, started_at, ms, outcome, error}.';
comment on column public.webhook_delivery_log.headers is 'Of the request, secrets masked.';
comment on column public.webhook_delivery_log.signature is 'How the sender proved itself: secret, bearer, hmac, twilio or channel_token. What proved nothing has no row.';
comment on column public.webhook_delivery_log.duplicates is 'Further copies of the same event; each got its 2xx (or the stored answer) and had no effect.';
comment on column public.webhook_delivery_log.response is 'What was answered, for the messages that need an answer.';
comment on column public.webhook_delivery_log.job_id is 'Id of the BullMQ job that carries this row''s id, where Redis is used. The row is the truth.';
comment on column public.processed_webhook_events.delivery_id is 'The delivery of the first copy.';

-- A webhook whose organization is not known is a group of its own for the fair share and for the order.
create function app_private.group_of(p_org_id uuid) returns uuid
  language sql immutable parallel safe
  as $$ select coalesce(p_org_id, '00000000-0000-0000-0000-000000000000'::uuid) $$;
grant execute on function app_private.group_of to voxanne_service, service_role, authenticated;

-- For each of the two queues: the indexes of the claim, and the triggers that keep the order.
do $$
declare
  t text;
begin
  foreach t in array array['outbox', 'webhook_delivery_log'] loop
    execute format('drop index if exists public.%I', t || '_due_idx');
    execute format($sql$
      create index %1$I on public.%2$I (run_at) where status in ('pending', 'failed') and not blocked
      $sql$, t || '_due_idx', t);
    execute format($sql$
      create index %1$I on public.%2$I (app_private.group_of(org_id), run_at)
        where status in ('pending', 'failed') and not blocked
      $sql$, t || '_share_idx', t);
    execute format($sql$
      create index %1$I on public.%2$I (app_private.group_of(org_id), order_key, seq)
        where order_key is not null and status in ('pending', 'failed', 'processing')
      $sql$, t || '_order_idx', t);

    -- Whoever inserts, replays or finishes a row of a key holds the key's lock until commit. So a new row sees
    -- either an unfinished predecessor, which will release it, or none; never one that finishes unseen.
    execute format($sql$
      create function app_private.%1$I() returns trigger
        language plpgsql security definer set search_path = ''
        as $fn$
      begin
        perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(
          %2$L || app_private.group_of(new.org_id)::text || new.order_key, 0));
        if tg_op = 'INSERT' then
          -- Drawn under the lock: the default was drawn before it, and its order means nothing.
          new.seq := pg_catalog.nextval(%3$L::regclass);
        end if;
        new.blocked := exists (
          select 1 from public.%4$I o
          where app_private.group_of(o.org_id) = app_private.group_of(new.org_id)
            and o.order_key = new.order_key and o.status in ('pending', 'failed', 'processing')
            and o.id <> new.id);
        return new;
      end $fn$ $sql$, t || '_queue_up', t || ':', pg_get_serial_sequence('public.' || t, 'seq'), t);
    execute format($sql$
      create trigger queue_up before insert on public.%1$I for each row
        when (new.order_key is not null and new.status <> 'completed')
        execute function app_private.%2$I() $sql$, t, t || '_queue_up');
    execute format($sql$
      create trigger queue_up_again before update of status on public.%1$I for each row
        when (new.order_key is not null and new.status = 'pending' and old.status in ('completed', 'dead_letter'))
        execute function app_private.%2$I() $sql$, t, t || '_queue_up');

    execute format($sql$
      create function app_private.%1$I() returns trigger
        language plpgsql security definer set search_path = ''
        as $fn$
      begin
        perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(
          %2$L || app_private.group_of(old.org_id)::text || old.order_key, 0));
        update public.%3$I set blocked = false
        where blocked and id = (
          select o.id from public.%3$I o
          where app_private.group_of(o.org_id) = app_private.group_of(old.org_id)
            and o.order_key = old.order_key and o.status in ('pending', 'failed', 'processing')
          order by o.seq limit 1);
        return null;
      end $fn$ $sql$, t || '_next_in_line', t || ':', t);
    execute format($sql$
      create trigger next_in_line after update of status on public.%1$I for each row
        when (old.order_key is not null and old.status in ('pending', 'failed', 'processing')
          and new.status in ('completed', 'dead_letter'))
        execute function app_private.%2$I() $sql$, t, t || '_next_in_line');
    execute format($sql$
      create trigger next_in_line_after_delete after delete on public.%1$I for each row
        when (old.order_key is not null and old.status in ('pending', 'failed', 'processing'))
        execute function app_private.%2$I() $sql$, t, t || '_next_in_line');
    execute format('revoke execute on function app_private.%I(), app_private.%I() from public',
      t || '_queue_up', t || '_next_in_line');
  end loop;
end $$;

-- A commit that notifies waits for every other commit that does. At the door that would be one fsync a webhook;
-- whoever takes webhooks in says so afterwards, many in one breath.
drop trigger wake on public.webhook_delivery_log;

-- What concerns one appointment leaves in order: a calendar must not see "cancelled" before "booked". The
-- calendar and the texts do not wait for each other.
drop function app_private.enqueue(uuid, text, text, jsonb);
create function app_private.enqueue(p_org_id uuid, p_topic text, p_key text, p_payload jsonb,
    p_order_key text default null) returns void
  language sql security definer set search_path = ''
  as $$
  insert into public.outbox (org_id, topic, key, payload, order_key) values (p_org_id, p_topic, p_key, p_payload,
    coalesce(p_order_key, split_part(p_topic, '.', 1) || ':' || (p_payload ->> 'appointment_id')))
  on conflict (org_id, topic, key) do nothing;
$$;
revoke execute on function app_private.enqueue from public;
grant execute on function app_private.enqueue to voxanne_service, service_role;
