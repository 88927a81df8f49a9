-- What a linked calendar says, and how we hear of its changes.

create table public.busy_blocks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid not null,
  external_id text not null check (length(external_id) between 1 and 1100),
  busy_from timestamptz not null,
  busy_to timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, provider_id, external_id, busy_from),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade,
  -- A longer event is stored day by day: a range read then has a lower bound and stays short.
  check (busy_to > busy_from and busy_to <= busy_from + interval '1 day')
);
comment on table public.busy_blocks is
  'What a linked calendar says is taken by something that is not ours. Written by the calendar sync alone.';
create index busy_blocks_busy_idx on public.busy_blocks (org_id, provider_id, busy_from) include (busy_to);
select app_private.protect('public.busy_blocks');
grant insert, update, delete on public.busy_blocks to voxanne_service;

create table public.calendar_mirrors (
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid not null,
  synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, provider_id),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade
);
comment on table public.calendar_mirrors is
  'Whose calendar is mirrored into busy_blocks, and when it was last known to be whole. A provider without a row has no calendar, which is not the same as one that is not known.';
select app_private.protect('public.calendar_mirrors');
grant insert, update, delete on public.calendar_mirrors to voxanne_service;

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
comment on table public.calendar_channels is
  'One row a watch on a calendar at Google. Says whose calendar a push is about; nothing in the push is believed.';
comment on column public.calendar_channels.token_hash is
  'SHA-256 of the X-Goog-Channel-Token that Google repeats with every push.';
comment on column public.calendar_channels.sync_requested_at is
  'Google said that something changed; what it was is asked for by the sync.';
comment on column public.calendar_channels.last_message_number is
  'Numbers only grow: a push that is not newer asks for nothing.';
create index calendar_channels_org_id_idx on public.calendar_channels (org_id);
select app_private.protect('public.calendar_channels');
revoke select on public.calendar_channels from voxanne_tenant;
grant insert, update, delete on public.calendar_channels to voxanne_service;

create trigger busy_blocks_touch before update on public.busy_blocks
  for each row execute function app_private.touch_updated_at();
create trigger calendar_mirrors_touch before update on public.calendar_mirrors
  for each row execute function app_private.touch_updated_at();

create function app_private.calendar_stale(p_synced_at timestamptz, p_at timestamptz) returns boolean
  language sql immutable
  return p_synced_at is null or p_synced_at < p_at - interval '30 minutes';
comment on function app_private.calendar_stale is
  'A mirror that was whole within half an hour is believed: the sync hears of changes by a push and looks by itself every few minutes, so that half an hour without a word means that it cannot hear.';
grant execute on function app_private.calendar_stale to voxanne_tenant, voxanne_service;
