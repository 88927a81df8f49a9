-- A text that is sent again and a replay of its outgoing row at once waited for each other's lock.

create or replace function app_private.resend_text(p_org_id uuid, p_message_id uuid, p_request_id text)
  returns table (outcome text, message_id uuid)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_old public.messages;
  v_id uuid := gen_random_uuid();
  v_why_not text;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  -- The outgoing row before its text, as the owner's replay takes them.
  perform from public.outbox o
    where o.org_id = p_org_id and o.status in ('completed', 'failed', 'dead_letter') and (o.topic, o.key) in (
      select t.topic, t.key from public.messages m,
        lateral (values ('message.' || m.kind, m.dedupe_key), ('message.send', m.id::text)) as t (topic, key)
      where m.org_id = p_org_id and m.id = p_message_id)
    order by o.order_key nulls first, o.seq
    for update;
  select * into v_old from public.messages m where m.org_id = p_org_id and m.id = p_message_id for no key update;
  if not found then
    return query select 'NOT_FOUND', null::uuid;
    return;
  end if;
  if v_old.replaced_by is not null then
    -- A second click: the first one did it.
    return query select 'queued', v_old.replaced_by;
    return;
  end if;
  v_why_not := app_private.why_not_again(v_old);
  if v_why_not is not null then
    return query select v_why_not, null::uuid;
    return;
  end if;
  -- The new text takes the place of the old one, also for whoever looks for it by its key.
  update public.messages m set dedupe_key = m.dedupe_key || ':refused:' || m.id, replaced_by = v_id where m.id = v_old.id;
  insert into public.messages (id, org_id, to_address, from_address, channel, body, kind, dedupe_key, appointment_id)
    values (v_id, p_org_id,
      coalesce((select l.phone from public.appointments a join public.leads l on l.org_id = a.org_id and l.id = a.contact_id
        where a.org_id = p_org_id and a.id = v_old.appointment_id), v_old.to_address),
      coalesce((select s.address from public.senders s where s.org_id = p_org_id), v_old.from_address),
      v_old.channel, v_old.body, v_old.kind, v_old.dedupe_key, v_old.appointment_id);
  update public.outbox o set
      key = case o.topic when 'message.send' then v_id::text else o.key end,
      payload = case o.topic when 'message.send' then jsonb_build_object('message_id', v_id) else o.payload end,
      status = 'pending', attempts = 0, run_at = clock_timestamp(), replays = o.replays + 1, refused = false,
      error_message = null, completed_at = null, lease_token = null, lease_until = null
    where o.org_id = p_org_id and o.status in ('completed', 'failed', 'dead_letter')
      and (o.topic, o.key) in (('message.' || v_old.kind, v_old.dedupe_key), ('message.send', v_old.id::text));
  if not found then
    -- The row is gone, as rows that are done are after some days.
    insert into public.outbox (org_id, topic, key, payload)
      values (p_org_id, 'message.send', v_id::text, jsonb_build_object('message_id', v_id));
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (p_org_id, case when app_private.user_id() is null then 'system' else 'user' end, app_private.user_id()::text,
      'message.resent', 'message', v_old.id::text,
      jsonb_build_object('status', v_old.status, 'error_code', v_old.error_code),
      jsonb_build_object('message_id', v_id), p_request_id);
  perform pg_notify('voxanne_work', 'outbox');
  return query select 'queued', v_id;
end $$;
