-- An empty search path does not exclude pg_temp: for types and tables it is searched first unless it is named. Who may
-- make a temporary domain called "text" could have code of their own run inside a function of ours, with its owner's
-- rights. Named last, it is found last.
do $$
declare
  f record;
begin
  for f in
    select p.oid::regprocedure as name from pg_catalog.pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'app_private'::regnamespace) and 'search_path=""' = any (p.proconfig)
  loop
    execute pg_catalog.format('alter function %s set search_path = pg_catalog, pg_temp', f.name);
  end loop;
end $$;

-- These have no path of their own, because the planner writes them into the statement that asks (a path forbids that).
-- Bodies of this form are bound now, and mean the same under any path.
create or replace function app_private.group_of(p_org_id uuid) returns uuid
  language sql immutable parallel safe
  return coalesce(p_org_id, '00000000-0000-0000-0000-000000000000'::uuid);

create or replace function app_private.calendar_linked(p_org_id uuid) returns boolean
  language sql stable
  return exists (select 1 from public.connections c where c.org_id = p_org_id and c.provider = 'google');

create or replace function app_private.bookable_providers(p_org_id uuid, p_provider_id uuid, p_provider_ids uuid[])
  returns uuid[]
  language sql stable
  return (
    select pg_catalog.array_agg(p.id order by p.id) from public.providers p
    where p.org_id = p_org_id and p.active and p.deleted_at is null
      and (p_provider_id is null or p.id = p_provider_id)
      and (p_provider_ids is null or p.id = any (p_provider_ids)));

create or replace function app_private.free_seat(
  p_org_id uuid, p_provider_id uuid, p_session_id uuid, p_capacity integer, p_except uuid
) returns integer
  language sql stable
  return (
    select pg_catalog.min(n) from pg_catalog.generate_series(1, p_capacity) as n
    where not exists (
      select 1 from public.appointments a
      where a.org_id = p_org_id and a.provider_id = p_provider_id and a.session_id = p_session_id and a.seat = n
        and a.status in ('pending', 'held', 'confirmed', 'arrived')
        and not (a.status = 'held' and coalesce(a.hold_expires_at <= pg_catalog.clock_timestamp(), false))
        and a.id is distinct from p_except));

create or replace function app_private.is_free(
  p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz, p_session_id uuid, p_except uuid,
  p_over_before timestamptz default '-infinity'
) returns boolean
  language sql stable
  return not exists (
    select 1 from public.appointments a
    where a.org_id = p_org_id and a.provider_id = p_provider_id
      and a.status in ('pending', 'held', 'confirmed', 'arrived')
      and not (a.status = 'held' and coalesce(a.hold_expires_at <= pg_catalog.clock_timestamp(), false))
      -- Nothing is busy for longer than a day; without a lower bound the scan grows with the clinic's history.
      and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from
      and a.id is distinct from p_except and a.session_id is distinct from p_session_id
      and not (a.overbooked and a.created_at < p_over_before))
  and not exists (
    select 1 from public.busy_blocks b
    where b.org_id = p_org_id and b.provider_id = p_provider_id
      and b.busy_from >= p_from - interval '1 day' and b.busy_from < p_to and b.busy_to > p_from);
