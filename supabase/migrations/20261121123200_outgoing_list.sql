-- What an owner does with what must leave: looks for it, and sends again what was given up or waits for its next try.

create index outbox_list_idx on public.outbox (org_id, created_at desc, id desc);
create index outbox_dead_idx on public.outbox (org_id, created_at desc, id desc) where status = 'dead_letter';

create function app_private.replay_outgoing(p_ids uuid[], p_request_id text) returns setof uuid
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_org uuid := app_private.org_id();
  v_actor uuid := app_private.user_id();
  v_before record;
begin
  if v_org is null or not exists (
    select 1 from public.profiles p where p.user_id = v_actor and p.org_id = v_org and p.role = 'owner'
  ) then
    raise exception 'only an owner sends again' using errcode = 'insufficient_privilege';
  end if;
  -- Rows of one key queue up in the order in which they came; two replays at once take the keys in one order.
  for v_before in
    select o.id, o.status, o.attempts, o.replays, o.topic from public.outbox o
    where o.id = any (p_ids) and o.org_id = v_org and o.status in ('failed', 'dead_letter')
    order by o.order_key nulls first, o.seq
    for update
  loop
    update public.outbox o set
      status = 'pending', attempts = 0, run_at = now(), replays = o.replays + 1,
      error_message = null, lease_token = null, lease_until = null
    where o.id = v_before.id;
    insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (v_org, 'user', v_actor::text, 'outgoing.replayed', 'outgoing', v_before.id::text,
      pg_catalog.jsonb_build_object('topic', v_before.topic, 'status', v_before.status, 'attempts', v_before.attempts),
      pg_catalog.jsonb_build_object('status', 'pending', 'attempts', 0, 'replays', v_before.replays + 1), p_request_id);
    return next v_before.id;
  end loop;
  if found then
    perform pg_catalog.pg_notify('voxanne_work', 'outbox');
  end if;
end $$;
comment on function app_private.replay_outgoing is 'Returns the ids that were sent back into the queue.';
revoke execute on function app_private.replay_outgoing from public;
grant execute on function app_private.replay_outgoing to authenticated;
