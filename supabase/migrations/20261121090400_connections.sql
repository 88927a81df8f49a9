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
  previous_secret_hash bytea,
  expires_at timestamptz,
  connected_at timestamptz not null default now(),
  details jsonb not null default '{}',
  version integer not null default 1,
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, provider)
);
comment on column public.connections.sealed is 'AES-256-GCM, bound to organization and provider; never leaves the connections room opened.';
comment on column public.connections.secret_hash is 'SHA-256 of a shared secret, to find the organization of a signed request.';
comment on column public.connections.version is 'Compare-and-set: a refresh that lost a race must not overwrite the newer tokens.';
comment on column public.connections.previous_secret_hash is 'Still accepted while a rotated secret is on its way to the provider.';
create unique index connections_secret_hash_idx on public.connections (provider, secret_hash)
  where secret_hash is not null;
create index connections_previous_secret_hash_idx on public.connections (provider, previous_secret_hash)
  where previous_secret_hash is not null;
create trigger touch before update on public.connections
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.connections');
-- A signed-in user sees that a calendar is linked, never what opens it.
revoke select on public.connections from authenticated;
grant select (id, org_id, provider, status, account, scopes, expires_at, connected_at, details, error_message)
  on public.connections to authenticated;
grant insert, update, delete on public.connections to voxanne_service;

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
revoke select on public.oauth_states from authenticated;
grant insert, delete on public.oauth_states to voxanne_service;
