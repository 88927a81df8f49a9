-- Who can take a time, and what is in its way. Only right under the locks.

-- What a service needs around its time, and whether its sessions are shared.
create type app_private.slot as (
  busy_from timestamptz, busy_to timestamptz, session_id uuid, capacity integer,
  provider_id uuid, seat integer, overbooked boolean, scheduled_at timestamptz, ends_at timestamptz
);

-- Appointments begin on whole minutes. Ten seconds past ten would show on every screen as ten, and take the slots on
-- both sides of it.
create function app_private.slot_of(
  p_org_id uuid, p_service_type text, p_scheduled_at timestamptz, p_duration_minutes integer
) returns app_private.slot
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_service public.services;
  v_slot app_private.slot;
begin
  -- A service that is not in the table (plain SQL may book any) has no buffers and is not shared.
  select * into v_service from public.services where org_id = p_org_id and slug = p_service_type;
  v_slot.scheduled_at := date_trunc('minute', p_scheduled_at, 'UTC');
  v_slot.ends_at := v_slot.scheduled_at + make_interval(mins => p_duration_minutes);
  v_slot.busy_from := v_slot.scheduled_at - make_interval(mins => coalesce(v_service.buffer_before_minutes, 0));
  v_slot.busy_to := v_slot.ends_at + make_interval(mins => coalesce(v_service.buffer_after_minutes, 0));
  v_slot.capacity := coalesce(v_service.capacity, 1);
  if v_slot.capacity > 1 then
    v_slot.session_id := md5(p_org_id::text || p_service_type || extract(epoch from v_slot.scheduled_at)::text
      || ':' || p_duration_minutes)::uuid;
  end if;
  return v_slot;
end $$;

-- These have no search path of their own, because the planner writes them into the statement that asks (a path forbids
-- that). Bodies of this form are bound when they are created, and mean the same under any path.
create function app_private.takes_time(p_status text, p_hold_expires_at timestamptz, p_at timestamptz) returns boolean
  language sql immutable parallel safe
  return p_status in ('pending', 'held', 'confirmed', 'arrived')
    and not (p_status = 'held' and coalesce(p_hold_expires_at <= p_at, false));
comment on function app_private.takes_time is
  'Whether an appointment keeps its provider busy. A hold that ran out does not, whether or not the sweep has come to it.';
grant execute on function app_private.takes_time to voxanne_tenant, voxanne_service;

create function app_private.bookable_providers(p_org_id uuid, p_provider_ids uuid[]) returns uuid[]
  language sql stable
  return (
    select pg_catalog.array_agg(p.id order by p.id) from public.providers p
    where p.org_id = p_org_id and p.active and p.deleted_at is null
      and (p_provider_ids is null or p.id = any (p_provider_ids)));

create function app_private.is_free(
  p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz, p_session_id uuid, p_except uuid,
  p_over_before timestamptz default '-infinity'
) returns boolean
  language sql stable
  return not exists (
    select 1 from public.appointments a
    where a.org_id = p_org_id and a.provider_id = p_provider_id
      and app_private.takes_time(a.status, a.hold_expires_at, pg_catalog.clock_timestamp())
      -- Nothing is busy for longer than a day; without a lower bound the scan grows with the clinic's history.
      and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from
      and a.id is distinct from p_except and a.session_id is distinct from p_session_id
      and not (a.overbooked and a.created_at < p_over_before))
  and not exists (
    select 1 from public.busy_blocks b
    where b.org_id = p_org_id and b.provider_id = p_provider_id
      and b.busy_from >= p_from - interval '1 day' and b.busy_from < p_to and b.busy_to > p_from);
comment on function app_private.is_free is
  'Whether nothing occupies the provider in that range, neither here nor in a linked calendar, sessions one could join, the row that moves aside, and what was put over it on purpose before p_over_before. Only right under lock_providers.';

create function app_private.free_seat(
  p_org_id uuid, p_provider_id uuid, p_session_id uuid, p_capacity integer, p_except uuid
) returns integer
  language sql stable
  return (
    select pg_catalog.min(n) from pg_catalog.generate_series(1, p_capacity) as n
    where not exists (
      select 1 from public.appointments a
      where a.org_id = p_org_id and a.provider_id = p_provider_id and a.session_id = p_session_id and a.seat = n
        and app_private.takes_time(a.status, a.hold_expires_at, pg_catalog.clock_timestamp())
        and a.id is distinct from p_except));

create function app_private.is_on_duty(p_row public.appointments) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select exists (
    select 1 from public.providers p
    where p.org_id = (p_row).org_id and p.id = (p_row).provider_id and p.active and p.deleted_at is null)
  and not exists (
    select 1 from public.time_off t join public.organizations o on o.id = t.org_id
    where t.org_id = (p_row).org_id and (t.provider_id is null or t.provider_id = (p_row).provider_id)
      and t.starts_local < ((p_row).scheduled_at + make_interval(mins => (p_row).duration_minutes)) at time zone o.time_zone
      and t.ends_local > (p_row).scheduled_at at time zone o.time_zone)
$$;
comment on function app_private.is_on_duty is
  'Whether the provider is still one who can be booked, and nobody entered time off over that time. Only right under lock_providers.';

-- Under the locks: who takes it. The current provider first when an appointment moves, then a session that has
-- begun to fill; then, as the times were offered: the least booked of that day by the clinic's clock (those who begin
-- together are one piece of work), who has had nothing to do for longest, the id. `p_overbook` is an owner's: it may be taken already.
create function app_private.take_slot(
  p_org_id uuid, p_slot app_private.slot, p_candidates uuid[], p_prefer uuid, p_except uuid, p_overbook boolean,
  p_check_time_off boolean
) returns app_private.slot
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_free boolean;
  v_zone text;
  v_day timestamp;
  v_day_from timestamptz;
  v_day_to timestamptz;
begin
  select time_zone into v_zone from public.organizations where id = p_org_id;
  if cardinality(p_candidates) > 1 then
    v_day := date_trunc('day', p_slot.scheduled_at at time zone v_zone);
    v_day_from := v_day at time zone v_zone;
    v_day_to := (v_day + interval '1 day') at time zone v_zone;
  end if;
  -- The candidates were read before the lock; who is gone by now, or has time off, is not one of them. Entering
  -- time off takes the same lock.
  select c.id, c.free into p_slot.provider_id, v_free
    from (
      select p.id,
        app_private.is_free(p_org_id, p.id, p_slot.busy_from, p_slot.busy_to, p_slot.session_id, p_except)
          and (p_slot.session_id is null
            or app_private.free_seat(p_org_id, p.id, p_slot.session_id, p_slot.capacity, p_except) is not null) as free
      from public.providers p
      where p.org_id = p_org_id and p.id = any (p_candidates) and p.active and p.deleted_at is null
        and (p_overbook or not p_check_time_off or not exists (
          select 1 from public.time_off t
          where t.org_id = p_org_id and (t.provider_id is null or t.provider_id = p.id)
            and t.starts_local < p_slot.ends_at at time zone v_zone
            and t.ends_local > p_slot.scheduled_at at time zone v_zone))
      -- Asked once a candidate, not once for each place in which the answer is used.
      offset 0) as c
    left join lateral (
      select count(distinct a.busy_from) as booked, max(a.busy_to) filter (where a.busy_from < p_slot.scheduled_at) as idle_since,
        coalesce(bool_or(a.session_id = p_slot.session_id), false) as joins
      from public.appointments a
      where a.org_id = p_org_id and a.provider_id = c.id and a.id is distinct from p_except
        and app_private.takes_time(a.status, a.hold_expires_at, clock_timestamp())
        and a.busy_from >= v_day_from and a.busy_from < v_day_to) as l on cardinality(p_candidates) > 1
    where c.free or p_overbook
    order by c.free desc, c.id is not distinct from p_prefer desc, l.joins desc, l.booked, l.idle_since nulls first, c.id
    limit 1;
  p_slot.overbooked := not coalesce(v_free, true);
  if p_slot.overbooked or p_slot.session_id is null then
    p_slot.session_id := gen_random_uuid();
  else
    p_slot.seat := app_private.free_seat(p_org_id, p_slot.provider_id, p_slot.session_id, p_slot.capacity, p_except);
  end if;
  return p_slot;
end $$;
