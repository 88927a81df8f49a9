-- Texts with their whole life.

create table public.messages (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  to_address text not null,
  from_address text,
  channel text not null default 'sms' check (channel in ('sms', 'whatsapp')),
  status text not null default 'queued' check (status in ('queued', 'sending', 'unknown', 'accepted', 'sent',
    'delivered', 'undelivered', 'failed', 'received')),
  body text not null,
  body_removed_at timestamptz,
  kind text not null,
  dedupe_key text not null,
  appointment_id uuid,
  by_answer boolean not null default false,
  attempts integer not null default 0,
  attempted_at timestamptz,
  provider_id text,
  error_code text,
  replaced_by uuid,
  informed_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, kind, dedupe_key),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id),
  constraint messages_replaced_by_fkey foreign key (org_id, replaced_by) references public.messages (org_id, id)
    deferrable initially deferred
);
comment on table public.messages is 'One row a text. (kind, dedupe_key) says which text it is; it can exist once.';
comment on column public.messages.status is
  'sending is committed before the provider is called; unknown: the provider may have taken it, ask before sending again.';
comment on column public.messages.body_removed_at is
  'Since when the body is empty, by the clinic''s message_retention_days.';
comment on column public.messages.by_answer is
  'The patient named this clinic when they were asked which one they mean.';
comment on column public.messages.replaced_by is 'The same text, sent again after this one was refused.';
comment on column public.messages.informed_at is 'When staff said that they called the patient instead.';
create unique index messages_provider_id_idx on public.messages (provider_id) where provider_id is not null;
create index messages_created_at_idx on public.messages (org_id, created_at desc, id desc);
create index messages_to_address_idx on public.messages (to_address, created_at desc);
create index messages_with_body_idx on public.messages (org_id, created_at) where body_removed_at is null;
create index messages_inbound_idx on public.messages (from_address, created_at) where kind = 'inbound';
create index messages_direct_idx on public.messages (org_id, created_at) where kind = 'direct';
-- Health asks for the texts that have not left every few seconds. They are few among millions, and must be found as few.
create index messages_open_idx on public.messages (org_id, created_at) where status in ('queued', 'sending', 'unknown');
create index messages_replaced_by_idx on public.messages (org_id, replaced_by) where replaced_by is not null;
create index messages_appointment_idx on public.messages (appointment_id, created_at desc) where appointment_id is not null;
create index messages_refused_idx on public.messages (org_id, created_at desc)
  where status in ('failed', 'undelivered') and informed_at is null and replaced_by is null;
select app_private.protect('public.messages');
grant insert, update on public.messages to voxanne_service;

create trigger messages_touch before update on public.messages
  for each row execute function app_private.touch_updated_at();

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
  language plpgsql security definer set search_path = pg_catalog, pg_temp
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

create constraint trigger messages_emit_event after insert or update on public.messages
  deferrable initially deferred for each row execute function app_private.message_changed();
