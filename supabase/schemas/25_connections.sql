-- Credentials of a clinic, sealed by the application before they come here.

create table public.connections (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider text not null check (provider in ('google', 'twilio', 'vapi')),
  status text not null
    check (status in ('connected', 'degraded', 'reconnect_required', 'insufficient_scope', 'revoked')),
  account text,
  scopes text[] not null default '{}',
  sealed text,
  secret_hash bytea,
  previous_sealed text,
  previous_secret_hash bytea,
  previous_secret_until timestamptz,
  writer uuid,
  writer_until timestamptz,
  expires_at timestamptz,
  connected_at timestamptz not null default now(),
  details jsonb not null default '{}',
  version integer not null default 1,
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, provider),
  -- A rotated secret ends at a time that is stated, whatever the provider answers.
  constraint connections_previous_secret_ends
    check (previous_secret_hash is null or previous_secret_until is not null)
);
comment on column public.connections.sealed is
  'AES-256-GCM, bound to organization and provider; never leaves the connections room opened.';
comment on column public.connections.secret_hash is
  'SHA-256 of a shared secret, to find the organization of a signed request.';
comment on column public.connections.previous_secret_hash is
  'Of the secret before this one. Good until previous_secret_until, and no longer than the provider needs it.';
comment on column public.connections.version is
  'Compare-and-set: a refresh that lost a race must not overwrite the newer tokens.';
comment on column public.connections.previous_sealed is 'The secret before this one, to check what it signed.';
comment on column public.connections.previous_secret_until is
  'The end of the secret before this one, fixed when it was replaced. The provider has the new one: it ends at once.';
comment on column public.connections.writer is
  'Which process writes to the provider at present. Two at once could leave it with the older of two secrets.';
comment on column public.connections.writer_until is 'Longer than a request may take; of a process that died, it runs out.';
create unique index connections_secret_hash_idx on public.connections (provider, secret_hash)
  where secret_hash is not null;
create index connections_previous_secret_hash_idx on public.connections (provider, previous_secret_hash)
  where previous_secret_hash is not null;
select app_private.protect('public.connections');
-- A signed-in user sees that a calendar is linked, never what opens it.
revoke select on public.connections from voxanne_tenant;
grant select (id, org_id, provider, status, account, scopes, expires_at, connected_at, details, error_message)
  on public.connections to voxanne_tenant;
grant insert, update, delete on public.connections to voxanne_service;

create trigger connections_touch before update on public.connections
  for each row execute function app_private.touch_updated_at();

create table public.oauth_states (
  state_hash bytea primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null,
  provider text not null,
  browser_hash bytea not null,
  sealed_verifier text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
comment on table public.oauth_states is 'One row a consent in progress; deleted by its single use.';
select app_private.protect('public.oauth_states');
revoke select on public.oauth_states from voxanne_tenant;
grant insert, delete on public.oauth_states to voxanne_service;

create function app_private.calendar_linked(p_org_id uuid) returns boolean
  language sql stable
  return exists (select 1 from public.connections c where c.org_id = p_org_id and c.provider = 'google');

create function app_private.number_for_patients(p_org_id uuid) returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select coalesce(o.public_phone, (
    select c.details ->> 'phone_number' from public.connections c where c.org_id = o.id and c.provider = 'vapi'))
  from public.organizations o where o.id = p_org_id and app_private.may_act_for(p_org_id)
$$;
comment on function app_private.number_for_patients is
  'What pages and texts tell patients to call: the clinic''s public number, else the one that its receptionist answers.';
grant execute on function app_private.number_for_patients to voxanne_tenant, voxanne_service;

-- What a freshly linked calendar sets in motion, and the choice to do without one; kept in SQL so that no path to
-- "connected" can forget it.
create function app_private.queue_system_ready(p_org_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare v_org public.organizations;
begin
  -- One statement decides: the update is what makes it happen once, however many ask.
  update public.organizations o set system_ready_queued_at = now()
    where o.id = p_org_id and o.phone is not null and o.system_ready_queued_at is null
      and (o.calendar_declined_at is not null or exists (select 1 from public.connections c
        where c.org_id = o.id and c.provider = 'google' and c.status = 'connected'))
    returning * into v_org;
  if found then
    perform app_private.enqueue(p_org_id, 'message.system_ready', p_org_id::text,
      jsonb_build_object('to', v_org.phone, 'organization_name', v_org.name));
  end if;
end $$;

create function app_private.connection_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
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

create trigger connections_catch_up after insert or update or delete on public.connections
  for each row execute function app_private.connection_changed();

create function app_private.organization_phone_saved() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.queue_system_ready(new.id);
  return null;
end $$;

create trigger organizations_queue_system_ready after update of phone on public.organizations
  for each row when (new.phone is not null and old.phone is distinct from new.phone)
  execute function app_private.organization_phone_saved();
create trigger organizations_queue_system_ready_on_decline after update of calendar_declined_at on public.organizations
  for each row when (new.calendar_declined_at is not null and old.calendar_declined_at is null)
  execute function app_private.organization_phone_saved();

-- A link that was made is a choice as well, and the newer one.
create function app_private.calendar_wanted() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update public.organizations o set calendar_declined_at = null
    where o.id = new.org_id and o.calendar_declined_at is not null;
  return null;
end $$;

create trigger connections_calendar_wanted after insert or update of status on public.connections
  for each row when (new.provider = 'google' and new.status = 'connected')
  execute function app_private.calendar_wanted();
