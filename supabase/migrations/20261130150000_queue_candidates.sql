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
    execute format('revoke execute on function app_private.%I from public', t || '_candidates');
    execute format('grant execute on function app_private.%I to voxanne_service', t || '_candidates');
    execute format($sql$
      comment on function app_private.%I is
        'Rows that may be taken now, locked: a fair share for each organization, with the turn it has. Sort by turn and since.'
      $sql$, t || '_candidates');
  end loop;
end $$;
