-- Whom a clinic may text by hand, and how often. Only its contacts and its owner: the sender is one that the patients of
-- every clinic know. The rule and the limit are where the text is queued, so that people and their programs cannot go
-- without them; our own texts (confirmations, reminders) are written by voxanne_service and are not counted.

create function app_private.queue_direct_text(
    p_org_id uuid, p_to text, p_from text, p_body text, p_key text,
    p_new_days integer, p_new_per_hour integer, p_new_per_day integer, p_per_hour integer, p_per_day integer)
  returns table (outcome text, message_id uuid, retry_after_s integer)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org public.organizations;
  v_id uuid;
  v_is_new boolean;
  v_free_at timestamptz;
  v_why_not text;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_right('messages.send');
  -- One at a time for each clinic: the count below holds, in however many processes.
  perform pg_advisory_xact_lock(hashtextextended('direct text:' || p_org_id::text, 0));
  select m.id into v_id from public.messages m where m.org_id = p_org_id and m.kind = 'direct' and m.dedupe_key = p_key;
  if found then
    return query select 'queued', v_id, null::integer;
    return;
  end if;
  select * into strict v_org from public.organizations o where o.id = p_org_id;
  if v_org.phone is distinct from p_to
    and not exists (select 1 from public.leads l where l.org_id = p_org_id and l.phone = p_to) then
    return query select 'NOT_A_CONTACT', null::uuid, null::integer;
    return;
  end if;
  v_why_not := app_private.why_no_text(p_org_id, p_to);
  if v_why_not is not null then
    return query select v_why_not, null::uuid, null::integer;
    return;
  end if;
  v_is_new := v_org.created_at > clock_timestamp() - p_new_days * interval '1 day';
  -- The window is full as long as its oldest text that counts has not left it.
  select max(w.free_at) into v_free_at from (
    (select m.created_at + interval '1 hour' as free_at from public.messages m
      where m.org_id = p_org_id and m.kind = 'direct' and m.created_at > clock_timestamp() - interval '1 hour'
      order by m.created_at desc offset case when v_is_new then p_new_per_hour else p_per_hour end - 1 limit 1)
    union all
    (select m.created_at + interval '1 day' from public.messages m
      where m.org_id = p_org_id and m.kind = 'direct' and m.created_at > clock_timestamp() - interval '1 day'
      order by m.created_at desc offset case when v_is_new then p_new_per_day else p_per_day end - 1 limit 1)) w;
  if v_free_at is not null then
    return query select 'TOO_MANY_TEXTS', null::uuid,
      greatest(1, ceil(extract(epoch from v_free_at - clock_timestamp())))::integer;
    return;
  end if;
  insert into public.messages (org_id, to_address, from_address, body, kind, dedupe_key, created_at)
    values (p_org_id, p_to, p_from, p_body, 'direct', p_key, clock_timestamp())
    returning id into v_id;
  insert into public.outbox (org_id, topic, key, payload)
    values (p_org_id, 'message.send', v_id::text, jsonb_build_object('message_id', v_id::text));
  return query select 'queued', v_id, null::integer;
end $$;
comment on function app_private.queue_direct_text is
  'The one way in which people and their programs queue a text. Our own texts, written by voxanne_service, pass by here: a confirmation is never lost to a limit.';
grant execute on function app_private.queue_direct_text to voxanne_tenant;
