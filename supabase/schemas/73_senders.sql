-- A number from which one clinic texts, and no other: a text that comes in on it needs no question whose it is. It is a
-- number of the deployment's own Twilio account, so the operator gives it; a clinic cannot claim one.

create table public.senders (
  org_id uuid primary key references public.organizations (id) on delete cascade,
  address text not null unique check (address ~ '^\+[1-9][0-9]{6,14}$'),
  created_at timestamptz not null default now()
);
comment on table public.senders is
  'The number that a clinic alone texts from. Written by app_private.set_sender and remove_sender. Without a row: the sender of the deployment.';
select app_private.protect('public.senders');

-- A text that has not left leaves from where the clinic texts by then. What was said of it was said of the old sender.
create function app_private.change_open_sender(p_org_id uuid, p_before text, p_after text) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$
  update public.messages m set from_address = p_after, error_code = null
  where m.org_id = p_org_id and m.status = 'queued' and m.from_address is distinct from p_after
    and (p_before is null or m.from_address = p_before)
$$;

create function app_private.set_sender(p_org_id uuid, p_address text, p_shared text[]) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_before text;
begin
  if p_address = any (p_shared) then return 'SHARED'; end if;
  -- One at a time, so that a number that is given to two clinics at once is refused to one of them in words.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('public.senders', 0));
  perform 1 from public.organizations o where o.id = p_org_id for key share;
  if not found then return 'NO_CLINIC'; end if;
  if exists (select 1 from public.senders s where s.address = p_address and s.org_id <> p_org_id) then
    return 'TAKEN';
  end if;
  select s.address into v_before from public.senders s where s.org_id = p_org_id;
  if v_before = p_address then return 'SET'; end if;
  insert into public.senders (org_id, address) values (p_org_id, p_address)
    on conflict (org_id) do update set address = excluded.address, created_at = pg_catalog.now();
  perform app_private.change_open_sender(p_org_id, v_before, p_address);
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after)
    values (p_org_id, 'system', 'operator', 'sender.set', 'sender', p_address,
      case when v_before is not null then pg_catalog.jsonb_build_object('address', v_before) end,
      pg_catalog.jsonb_build_object('address', p_address));
  return 'SET';
end $$;
comment on function app_private.set_sender is
  'The operator gives a number to a clinic. p_shared: the numbers of the deployment, which belong to nobody alone.';
grant execute on function app_private.set_sender to voxanne_service;

create function app_private.remove_sender(p_address text) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org_id uuid;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('public.senders', 0));
  delete from public.senders s where s.address = p_address returning s.org_id into v_org_id;
  if v_org_id is null then return null; end if;
  perform app_private.change_open_sender(v_org_id, p_address, null);
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before)
    values (v_org_id, 'system', 'operator', 'sender.removed', 'sender', p_address,
      pg_catalog.jsonb_build_object('address', p_address));
  return v_org_id;
end $$;
grant execute on function app_private.remove_sender to voxanne_service;
