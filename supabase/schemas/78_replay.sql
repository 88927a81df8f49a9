-- What a person does with the two queues, if they have the right: sends back into them what was given up, or waits for its
-- next try. A webhook can be replayed after it was completed, too: what it did is not done twice. A row that was not
-- finished is left alone and not returned. The audit rows commit with it.
create function app_private.replay(p_queue text, p_ids uuid[], p_request_id text) returns setof uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org uuid := app_private.org_id();
  v_actor uuid := app_private.user_id();
  v_is_outbox boolean := p_queue = 'outbox';
  v_statuses text[] := case p_queue when 'outbox' then array['failed', 'dead_letter']
    else array['completed', 'failed', 'dead_letter'] end;
  v_id uuid;
  v_before jsonb;
  v_text public.messages;
begin
  if p_queue is null or p_queue not in ('outbox', 'webhook_delivery_log') then
    raise exception 'there is no queue of that name' using errcode = 'invalid_parameter_value';
  end if;
  -- Without a person no one has the right: neither a worker nor the receptionist replays.
  if not app_private.has_right('deliveries.replay') then
    raise exception 'a replay needs a signed-in person with the right deliveries.replay'
      using errcode = 'insufficient_privilege', constraint = 'deliveries.replay';
  end if;
  -- Rows of one key queue up in the order in which they came; two replays at once take the keys in one order.
  for v_id in execute format(
    'select id from public.%I where id = any ($1) and org_id = $2 order by order_key nulls first, seq', p_queue)
    using p_ids, v_org
  loop
    execute format('select to_jsonb(q) from public.%I q where id = $1 and status = any ($2) for update', p_queue)
      into v_before using v_id, v_statuses;
    continue when v_before is null;
    v_text := case when v_is_outbox
      then app_private.text_of_outgoing(jsonb_populate_record(null::public.outbox, v_before)) end;
    if v_text.status in ('failed', 'undelivered') then
      -- The row alone would find its text refused and end as it did.
      continue when not exists (
        select 1 from app_private.resend_text(v_org, v_text.id, p_request_id) r where r.outcome = 'queued');
    else
      execute format(
        'update public.%I set status = ''pending'', attempts = 0, run_at = now(), replays = replays + 1, %s
           completed_at = null, error_message = null, lease_token = null, lease_until = null where id = $1',
        p_queue, case when v_is_outbox then 'refused = false,' end) using v_id;
    end if;
    insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
      values (v_org, app_private.actor_type(), v_actor::text,
        case when v_is_outbox then 'outgoing.replayed' else 'delivery.replayed' end,
        case when v_is_outbox then 'outgoing' else 'webhook_delivery' end, v_id::text,
        jsonb_strip_nulls(jsonb_build_object('topic', v_before -> 'topic', 'status', v_before -> 'status',
          'attempts', v_before -> 'attempts', 'replays', v_before -> 'replays')),
        jsonb_build_object('status', 'pending', 'attempts', 0, 'replays', (v_before ->> 'replays')::integer + 1),
        p_request_id);
    return next v_id;
  end loop;
  if found then
    perform pg_notify('voxanne_work', p_queue);
  end if;
end $$;
comment on function app_private.replay is
  'p_queue: outbox or webhook_delivery_log. Returns the ids that were sent back into the queue.';
grant execute on function app_private.replay to voxanne_tenant;
