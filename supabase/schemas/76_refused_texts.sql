-- A text that the carrier or the phone refused is not done: its outgoing row says why, it can be sent again where that
-- can help, and a person can say that they called the patient instead.

create function app_private.why_not_again(p_message public.messages) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_to text := (p_message).to_address;
  v_appointment public.appointments;
begin
  if (p_message).kind = 'inbound' then
    return 'NOT_OURS';
  end if;
  if (p_message).status not in ('failed', 'undelivered') then
    return 'NOT_FAILED';
  end if;
  if (p_message).body = '' then
    return 'WORDS_REMOVED';
  end if;
  if (p_message).kind = 'waitlist_offer' then
    return 'OUT_OF_DATE';
  end if;
  if (p_message).kind in ('confirmation', 'cancellation') then
    select * into v_appointment from public.appointments a
      where a.org_id = (p_message).org_id and a.id = (p_message).appointment_id;
    if (p_message).dedupe_key is distinct from v_appointment.id || ':' || v_appointment.visible_version
      or v_appointment.scheduled_at <= clock_timestamp()
      or v_appointment.status <> (case (p_message).kind when 'cancellation' then 'cancelled' else 'confirmed' end) then
      return 'OUT_OF_DATE';
    end if;
    select l.phone into v_to from public.leads l
      where l.org_id = v_appointment.org_id and l.id = v_appointment.contact_id;
  end if;
  return app_private.why_no_text((p_message).org_id, v_to);
end $$;
comment on function app_private.why_not_again is 'Why a text cannot be sent again; null when it can.';
grant execute on function app_private.why_not_again to voxanne_tenant;

-- One answer to "may this text be sent again", for the screens and for the request that tries.
create function app_private.is_resendable(p_message public.messages) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case when (p_message).status in ('failed', 'undelivered') and (p_message).replaced_by is null
    then app_private.why_not_again(p_message) is null else false end
$$;
comment on function app_private.is_resendable is 'Whether app_private.resend_text would send a text of its own for this one.';
grant execute on function app_private.is_resendable to voxanne_tenant;

create function app_private.resend_text(p_org_id uuid, p_message_id uuid, p_request_id text)
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
  perform app_private.require_right('messages.send');
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
  -- The new text takes the place of the old one, also for what looks for it by its key.
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
    values (p_org_id, app_private.actor_type(), app_private.user_id()::text,
      'message.resent', 'message', v_old.id::text,
      jsonb_build_object('status', v_old.status, 'error_code', v_old.error_code),
      jsonb_build_object('message_id', v_id), p_request_id);
  perform pg_notify('voxanne_work', 'outbox');
  return query select 'queued', v_id;
end $$;
comment on function app_private.resend_text is
  'Sends a refused text again, as a text of its own, to the number that the patient has by now. Or says why not.';
grant execute on function app_private.resend_text to voxanne_tenant;

create function app_private.mark_informed(p_org_id uuid, p_message_id uuid, p_informed boolean, p_request_id text)
  returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_before timestamptz;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_right('messages.send');
  select m.informed_at into v_before from public.messages m
    where m.org_id = p_org_id and m.id = p_message_id and m.kind <> 'inbound' for no key update;
  if not found then
    return false;
  end if;
  if (v_before is not null) = p_informed then
    return true;
  end if;
  update public.messages m set informed_at = case when p_informed then clock_timestamp() end where m.id = p_message_id;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, app_private.actor_type(), app_private.user_id()::text,
      'message.informed', 'message', p_message_id::text, jsonb_build_object('informed', p_informed), p_request_id);
  perform app_private.emit(p_org_id, 'message.updated', jsonb_build_object('message_id', p_message_id));
  return true;
end $$;
comment on function app_private.mark_informed is
  'Staff called the patient instead of the text, or take that back. False: the clinic has no such text.';
grant execute on function app_private.mark_informed to voxanne_tenant;

-- Each of the two ways to name a text has its index. A key that is no id, as an owner may have typed it, finds nothing.
create function app_private.text_of_outgoing(p_row public.outbox) returns public.messages
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_text public.messages;
begin
  if (p_row).topic = 'message.send' then
    if (p_row).key ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
      select * into v_text from public.messages m where m.org_id = (p_row).org_id and m.id = (p_row).key::uuid;
    end if;
  elsif (p_row).topic like 'message.%' then
    select * into v_text from public.messages m
      where m.org_id = (p_row).org_id and m.kind = substr((p_row).topic, 9) and m.dedupe_key = (p_row).key;
  end if;
  return v_text;
end $$;

create function app_private.why_not_outgoing(p_org_id uuid, p_id uuid) returns text
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.outbox;
  v_text public.messages;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  select * into v_row from public.outbox o where o.org_id = p_org_id and o.id = p_id;
  v_text := app_private.text_of_outgoing(v_row);
  -- One that has not been refused is tried again as any row is.
  if v_text.id is null or v_text.status not in ('failed', 'undelivered') then
    return null;
  end if;
  return app_private.why_not_again(v_text);
end $$;
comment on function app_private.why_not_outgoing is
  'Why the text of an outgoing row cannot be sent again; null when it can, and for rows that are about no text.';
grant execute on function app_private.why_not_outgoing to voxanne_tenant;
