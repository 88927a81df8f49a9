-- What the patient knows is what the last text said. That text is not always of the version before: a change of length,
-- provider, service or notes sends none.

create or replace function app_private.announce_appointment(p_row public.appointments, p_topic text, p_change text)
  returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_before public.outbox;
  v_org public.organizations;
  v_phone text;
  v_change text := p_change;
  v_at timestamptz := (p_row).scheduled_at;
  -- What the patient knows: {status, scheduled_at}, or nothing.
  v_known jsonb;
begin
  if (p_row).sync_state = 'pending' then
    perform app_private.enqueue((p_row).org_id, 'calendar.push', (p_row).id || ':' || (p_row).version,
      jsonb_build_object('appointment_id', (p_row).id));
  end if;
  if p_topic is null then
    return;
  end if;
  select l.phone into v_phone from public.leads l where l.org_id = (p_row).org_id and l.id = (p_row).contact_id;
  if v_phone is null then
    return;
  end if;
  -- Between two texts there may be changes that no patient sees.
  select o.* into v_before from generate_series(1, (p_row).version - 1) as earlier (version)
    join public.outbox o on o.org_id = (p_row).org_id
      and o.topic in ('message.confirmation', 'message.cancellation') and o.key = (p_row).id || ':' || earlier.version
    order by earlier.version desc limit 1;
  if found and v_before.payload ->> 'to' is distinct from v_phone then
    -- It is for another patient now: the one before hears nothing more, and this one hears of it as of a booking.
    delete from public.outbox o where o.id = v_before.id and o.status = 'pending' and o.attempts = 0;
    v_before := null;
  end if;
  if v_before.id is not null then
    if coalesce((v_before.payload ->> 'silent')::boolean, false)
      or (v_before.status = 'pending' and v_before.attempts = 0 and v_before.run_at > clock_timestamp()) then
      v_known := nullif(v_before.payload -> 'known', 'null');
      -- One that a worker has taken in this moment ends by itself: it is not true any more.
      delete from public.outbox o where o.id = v_before.id and o.status = 'pending' and o.attempts = 0;
      if v_known ->> 'status' = (p_row).status and (v_known ->> 'scheduled_at')::timestamptz = v_at then
        return;
      end if;
    else
      -- Also where it has not arrived: someone who booked by phone knows of it without a text.
      v_known := jsonb_build_object('scheduled_at', v_before.payload -> 'scheduled_at',
        'status', case v_before.topic when 'message.cancellation' then 'cancelled' else 'confirmed' end);
    end if;
    v_change := case
      when p_topic = 'message.cancellation' then 'cancelled'
      when v_known is null then 'booked'
      when v_known ->> 'status' = 'cancelled' then 'restored'
      else 'moved' end;
    if p_topic = 'message.cancellation' and v_known is not null then
      v_at := (v_known ->> 'scheduled_at')::timestamptz;
    end if;
  elsif (p_row).undoable is not null and p_change <> 'booked' then
    v_known := jsonb_build_object('scheduled_at', (p_row).undoable -> 'scheduled_at', 'status', 'confirmed');
  end if;
  select * into v_org from public.organizations o where o.id = (p_row).org_id;
  perform app_private.enqueue((p_row).org_id, p_topic, (p_row).id || ':' || (p_row).version,
    jsonb_build_object('appointment_id', (p_row).id, 'version', (p_row).version, 'change', v_change, 'to', v_phone,
      'organization_name', v_org.name, 'time_zone', v_org.time_zone, 'scheduled_at', v_at,
      'service_type', (p_row).service_type, 'known', v_known,
      -- Booked and canceled before the first text left: kept for an undo, and said to nobody.
      'silent', p_topic = 'message.cancellation' and v_known is null));
end $$;
