-- What a freshly linked calendar sets in motion, kept in SQL so that no path to "connected" can forget it.

create function app_private.queue_system_ready(p_org_id uuid) returns void
  language plpgsql security definer set search_path = ''
  as $$
declare v_org public.organizations;
begin
  -- One statement decides: the update is what makes it happen once, whoever comes second.
  update public.organizations o set system_ready_queued_at = now()
    where o.id = p_org_id and o.phone is not null and o.system_ready_queued_at is null
      and exists (select 1 from public.connections c
        where c.org_id = o.id and c.provider = 'google' and c.status = 'connected')
    returning * into v_org;
  if found then
    perform app_private.enqueue(p_org_id, 'message.system_ready', p_org_id::text,
      jsonb_build_object('to', v_org.phone, 'organization_name', v_org.name));
  end if;
end $$;

create function app_private.connection_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_row public.connections := coalesce(new, old);
  v_now_connected boolean := tg_op <> 'DELETE' and new.status = 'connected'
    and (tg_op = 'INSERT' or old.status is distinct from new.status);
  -- Unlinked, or linked to another account: what was pushed is not in the clinic's calendar any more.
  v_calendar_gone boolean := v_row.provider = 'google'
    and (tg_op = 'DELETE' or (tg_op = 'UPDATE' and new.account is distinct from old.account));
begin
  if not exists (select 1 from public.organizations where id = v_row.org_id) then
    return null; -- the organization itself is going
  end if;
  if v_calendar_gone then
    update public.appointments set sync_state = 'not_linked', calendar_event_id = null
      where org_id = v_row.org_id and status = 'confirmed' and scheduled_at > now() and sync_state <> 'not_linked';
  end if;
  if v_row.provider = 'google' then
    if v_now_connected or (v_calendar_gone and tg_op = 'UPDATE' and new.status = 'connected') then
      -- Bookings made before the link, and those that failed while it was broken, go to the calendar now.
      with waiting as (
        update public.appointments set sync_state = 'pending'
        where org_id = v_row.org_id and status = 'confirmed' and sync_state in ('not_linked', 'error')
          and scheduled_at > now()
        returning id, version)
      insert into public.outbox (org_id, topic, key, payload)
        select v_row.org_id, 'calendar.push', id || ':' || version, jsonb_build_object('appointment_id', id)
        from waiting
        on conflict (org_id, topic, key) do update
          set status = 'pending', run_at = now(), attempts = 0, error_message = null
          where outbox.status <> 'processing';
      -- Also those that wait in a back-off.
      update public.outbox set run_at = now(), status = 'pending', attempts = 0
        where org_id = v_row.org_id and topic = 'calendar.push' and status in ('failed', 'dead_letter');
      perform app_private.queue_system_ready(v_row.org_id);
    end if;
    if tg_op <> 'UPDATE' or old.status is distinct from new.status then
      perform app_private.emit(v_row.org_id,
        case when v_now_connected then 'calendar.connected' else 'calendar.changed' end,
        jsonb_build_object('status', case when tg_op = 'DELETE' then 'not_linked' else v_row.status end));
    end if;
  elsif v_row.provider = 'vapi' and tg_op = 'UPDATE' and new.account is not null and old.account is null then
    perform app_private.emit(v_row.org_id, 'assistant.ready', '{}');
  end if;
  return null;
end $$;
create trigger changed after insert or update or delete on public.connections
  for each row execute function app_private.connection_changed();

create function app_private.organization_phone_saved() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  perform app_private.queue_system_ready(new.id);
  return null;
end $$;
create trigger phone_saved after update of phone on public.organizations
  for each row when (new.phone is not null and old.phone is distinct from new.phone)
  execute function app_private.organization_phone_saved();
revoke execute on function app_private.queue_system_ready, app_private.connection_changed,
  app_private.organization_phone_saved from public;
