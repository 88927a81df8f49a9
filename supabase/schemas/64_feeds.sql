-- A private calendar feed per provider. Anyone who has the address can read it, so only its hash is kept, and it can
-- be revoked or replaced at any time.

create table public.provider_feeds (
  org_id uuid not null references public.organizations (id) on delete cascade,
  provider_id uuid not null,
  token_hash bytea not null unique check (length(token_hash) = 32),
  created_at timestamptz not null default now(),
  primary key (org_id, provider_id),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade
);
comment on table public.provider_feeds is 'One address a provider; a new one ends the old one.';
select app_private.protect('public.provider_feeds');
grant insert (org_id, provider_id, token_hash),
  update (token_hash, created_at),
  delete
  on public.provider_feeds to voxanne_tenant;
select app_private.protect_changes('public.provider_feeds', 'feeds.manage');
