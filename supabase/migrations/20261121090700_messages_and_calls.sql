-- Texts with their whole life, and the calls that led to them.

create table public.messages (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  to_address text not null,
  from_address text,
  channel text not null default 'sms' check (channel in ('sms', 'whatsapp')),
  status text not null default 'queued' check (status in ('queued', 'sending', 'unknown', 'accepted', 'sent',
    'delivered', 'undelivered', 'failed', 'received')),
  body text not null,
  kind text not null,
  dedupe_key text not null,
  appointment_id uuid,
  attempts integer not null default 0,
  attempted_at timestamptz,
  provider_id text,
  error_code text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  delivered_at timestamptz,
  unique (org_id, id),
  unique (org_id, kind, dedupe_key),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id)
);
comment on table public.messages is 'One row a text. (kind, dedupe_key) says which text it is; it can exist once.';
comment on column public.messages.status is
  'sending is committed before the provider is called; unknown: the provider may have taken it, ask before sending again.';
create unique index messages_provider_id_idx on public.messages (provider_id) where provider_id is not null;
create index messages_created_at_idx on public.messages (org_id, created_at desc, id desc);
create index messages_to_address_idx on public.messages (to_address, created_at desc);
create trigger touch before update on public.messages
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.messages');
grant insert, update on public.messages to voxanne_service;

create table public.message_events (
  id bigint generated always as identity primary key,
  org_id uuid not null,
  message_id uuid not null,
  status text not null,
  detail text,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (org_id, message_id) references public.messages (org_id, id) on delete cascade
);
create index message_events_message_idx on public.message_events (message_id, id);
select app_private.protect('public.message_events');

create function app_private.message_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  if tg_op = 'UPDATE' and new.status = old.status then
    return null;
  end if;
  insert into public.message_events (org_id, message_id, status, detail)
    values (new.org_id, new.id, new.status, new.error_code);
  perform app_private.emit(new.org_id, case when tg_op = 'INSERT' then 'message.created' else 'message.updated' end,
    jsonb_build_object('message_id', new.id, 'status', new.status, 'kind', new.kind));
  return null;
end $$;
create trigger changed after insert or update on public.messages
  for each row execute function app_private.message_changed();

create table public.calls (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  vapi_call_id text not null,
  from_number text,
  to_number text,
  status text not null default 'ended',
  started_at timestamptz,
  ended_at timestamptz,
  ended_reason text,
  summary text,
  transcript text,
  created_at timestamptz not null default now(),
  unique (org_id, vapi_call_id)
);
select app_private.protect('public.calls');
grant insert, update on public.calls to voxanne_service;

create function app_private.call_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  perform app_private.emit(new.org_id, 'call.ended', jsonb_build_object('call_id', new.id));
  return null;
end $$;
create trigger changed after insert on public.calls
  for each row execute function app_private.call_changed();
revoke execute on function app_private.message_changed, app_private.call_changed from public;
