-- What an owner does with deliveries: looks for them, and replays them.

create index webhook_delivery_log_list_idx on public.webhook_delivery_log (org_id, created_at desc, id desc);
create index webhook_delivery_log_dead_idx on public.webhook_delivery_log (org_id, created_at desc, id desc)
  where status = 'dead_letter';

-- Sends finished deliveries of the caller's clinic back into the queue. Whoever was not finished is left alone and
-- not returned. The audit rows commit with it.
create function app_private.replay_deliveries(p_ids uuid[], p_request_id text) returns setof uuid
  language plpgsql security definer set search_path = ''
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
revoke execute on function app_private.replay_deliveries from public;
grant execute on function app_private.replay_deliveries to authenticated;
