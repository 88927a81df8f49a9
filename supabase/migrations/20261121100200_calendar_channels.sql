-- What webhooks keep up to date besides texts: the channels on which Google says that a calendar has changed, and
-- the state of a call while it lasts.

create table public.calendar_channels (
  channel_id text primary key check (length(channel_id) between 1 and 64),
  org_id uuid not null references public.organizations (id) on delete cascade,
  token_hash bytea not null check (length(token_hash) = 32),
  resource_id text not null,
  expires_at timestamptz not null,
  sync_requested_at timestamptz,
  last_message_number bigint not null default 0,
  created_at timestamptz not null default now()
);
comment on table public.calendar_channels is 'One row a watch on a calendar at Google. Says whose calendar a push is about; nothing in the push is believed.';
comment on column public.calendar_channels.token_hash is 'SHA-256 of the X-Goog-Channel-Token that Google repeats with every push.';
comment on column public.calendar_channels.sync_requested_at is 'Google said that something changed; what it was is asked for by the sync.';
comment on column public.calendar_channels.last_message_number is 'Numbers only grow: a push that is not newer asks for nothing.';
create index calendar_channels_org_id_idx on public.calendar_channels (org_id);
select app_private.protect('public.calendar_channels');
revoke select on public.calendar_channels from authenticated;
grant insert, update, delete on public.calendar_channels to voxanne_service;

alter table public.calls add constraint calls_status_check
  check (status in ('scheduled', 'queued', 'ringing', 'in-progress', 'forwarding', 'ended'));
comment on column public.calls.status is 'In the order of the check; it only goes forwards.';

-- A call is there from its first state on, so "ended" is no longer the same as "inserted". Its report may come after it
-- ended, and then the screens must look again.
create or replace function app_private.call_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  perform app_private.emit(new.org_id, 'call.ended', jsonb_build_object('call_id', new.id));
  return null;
end $$;
drop trigger changed on public.calls;
create trigger ended after insert on public.calls for each row
  when (new.status = 'ended') execute function app_private.call_changed();
create trigger changed after update on public.calls for each row
  when (new.status = 'ended' and old.* is distinct from new.*) execute function app_private.call_changed();
