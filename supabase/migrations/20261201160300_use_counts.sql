-- What a clinic's programs may ask of the API in an hour, and how often each quota was used, where no Redis counts that.

alter table public.organizations
  add column requests_per_hour integer check (requests_per_hour between 1 and 999999);
comment on column public.organizations.requests_per_hour is
  'What programs of the clinic may ask of the API in an hour, as the operator set it; null: what the deployment says.';

create unlogged table app_private.use_counts (
  key bytea primary key,
  used integer not null,
  resets_at timestamptz not null
);
comment on table app_private.use_counts is
  'Uses of a quota in its present window. Keys are keyed hashes: no address and no person is in here.';
create index use_counts_resets_at_idx on app_private.use_counts (resets_at);
select app_private.protect_shared('app_private.use_counts');
grant select, insert, update, delete on app_private.use_counts to voxanne_service;

create function app_private.count_use(
  p_key bytea, p_uses integer, p_window_ms integer, out used integer, out reset_ms integer)
  language sql set search_path = pg_catalog, pg_temp
  as $$
  insert into app_private.use_counts as c (key, used, resets_at)
    values (p_key, p_uses, now() + p_window_ms * interval '1 millisecond')
    on conflict (key) do update set
      used = case when c.resets_at <= now() then excluded.used else c.used + excluded.used end,
      resets_at = case when c.resets_at <= now() then excluded.resets_at else c.resets_at end
    returning c.used, greatest(1, ceil(extract(epoch from c.resets_at - now()) * 1000))::integer
$$;
comment on function app_private.count_use is
  'Counts uses of a key, and begins a new window when the last one is over.';
grant execute on function app_private.count_use to voxanne_service;
