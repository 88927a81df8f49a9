-- What the two queues, outbox and webhook_delivery_log, have in common.
--
-- Order per key: rows of one key (a call, an appointment, a channel) are worked off one at a time in the order in which
-- they came: only the first one that is not finished is claimable, the others are blocked behind it.

-- A webhook whose organization is not known is a group of its own for the fair share and for the order. The function has
-- no search path of its own, because the planner writes it into the statement that asks (a path forbids that). A body of
-- this form is bound when it is created, and means the same under any path.
create function app_private.group_of(p_org_id uuid) returns uuid
  language sql immutable parallel safe
  return coalesce(p_org_id, '00000000-0000-0000-0000-000000000000'::uuid);
grant execute on function app_private.group_of to voxanne_tenant, voxanne_service, service_role;

-- For each of the two queues: the indexes of the claim, and the triggers that keep the order.
do $$
declare
  t text;
begin
  foreach t in array array['outbox', 'webhook_delivery_log'] loop
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

    -- What inserts, replays or finishes a row of a key holds the key's lock until commit. So a new row sees
    -- either an unfinished predecessor, which will release it, or none; never one that finishes unseen.
    execute format($sql$
      create function app_private.%1$I() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp
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
      create trigger %1$s_queue_up before insert on public.%1$I for each row
        when (new.order_key is not null and new.status <> 'completed')
        execute function app_private.%2$I() $sql$, t, t || '_queue_up');
    execute format($sql$
      create trigger %1$s_queue_up_again before update of status on public.%1$I for each row
        when (new.order_key is not null and new.status = 'pending' and old.status in ('completed', 'dead_letter'))
        execute function app_private.%2$I() $sql$, t, t || '_queue_up');
    execute format($sql$
      create function app_private.%1$I() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp
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
      create trigger %1$s_release_next after update of status on public.%1$I for each row
        when (old.order_key is not null and old.status in ('pending', 'failed', 'processing')
          and new.status in ('completed', 'dead_letter'))
        execute function app_private.%2$I() $sql$, t, t || '_next_in_line');
    execute format($sql$
      create trigger %1$s_release_next_on_delete after delete on public.%1$I for each row
        when (old.order_key is not null and old.status in ('pending', 'failed', 'processing'))
        execute function app_private.%2$I() $sql$, t, t || '_next_in_line');
  end loop;
end $$;

-- What a worker may take next from a queue, as a function: its settings hold for it alone, and its plan is kept.
--
-- The settings make it walk the indexes whatever the statistics say, because a queue goes from empty to thousands of
-- rows between two looks of the statistics. As settings of the whole claim they also forbade the sort that it cannot do
-- without: PostgreSQL then put its cost at 20,000,000,000, and a server with JIT compiled it anew at each look, for a
-- second of CPU. What has to be sorted is therefore sorted outside.

do $$
declare
  t text;
begin
  foreach t in array array['outbox', 'webhook_delivery_log'] loop
    execute format($sql$
      create function app_private.%1$I(
          p_limit integer, p_per_organization integer, p_in_hand uuid[], p_from uuid, p_glance integer, p_round integer)
        returns table (id uuid, status text, turn bigint, since timestamptz)
        language plpgsql volatile
        set search_path = pg_catalog, pg_temp
        set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
        as $fn$
      begin
        -- What a dead worker left comes first: its lease has run out.
        return query
          select q.id, q.status, 0::bigint, q.lease_until from public.%2$I q
          where q.status = 'processing' and q.lease_until < now()
          order by q.lease_until limit p_limit for update skip locked;
        return query
          with recursive oldest as materialized (
            select app_private.group_of(q.org_id) as org from public.%2$I q
            where q.status in ('pending', 'failed') and not q.blocked and q.run_at <= now()
            order by q.run_at limit p_glance),
          round (org, steps) as (
            select (select app_private.group_of(q.org_id) from public.%2$I q
              where q.status in ('pending', 'failed') and not q.blocked and app_private.group_of(q.org_id) > p_from
              order by app_private.group_of(q.org_id) limit 1), 1
            where (select count(*) from oldest) = p_glance
            union all
            select (select app_private.group_of(q.org_id) from public.%2$I q
              where q.status in ('pending', 'failed') and not q.blocked and app_private.group_of(q.org_id) > round.org
              order by app_private.group_of(q.org_id) limit 1), steps + 1
            from round where org is not null and steps < p_round),
          orgs as (select org from oldest union select org from round where org is not null),
          busy as (select h.org, count(*) as taken from unnest(p_in_hand) as h (org) group by h.org)
          select numbered.id, numbered.status, coalesce(busy.taken, 0) + numbered.place, numbered.run_at
          from orgs left join busy using (org)
          cross join lateral (
            -- Numbered in the order in which the index gives them: without a sort.
            select first.*, row_number() over () as place from (
              select q.id, q.status, q.run_at from public.%2$I q
              where app_private.group_of(q.org_id) = orgs.org
                and q.status in ('pending', 'failed') and not q.blocked and q.run_at <= now()
              order by app_private.group_of(q.org_id), q.run_at
              limit greatest(least(p_per_organization - coalesce(busy.taken, 0), p_limit), 0)
              for update skip locked) as first) as numbered;
      end $fn$ $sql$, t || '_candidates', t);
    execute format('grant execute on function app_private.%I to voxanne_service', t || '_candidates');
    execute format($sql$
      comment on function app_private.%I is
        'Rows that may be taken now, locked: a fair share for each organization, with the turn it has. Sort by turn and since.'
      $sql$, t || '_candidates');
  end loop;
end $$;
