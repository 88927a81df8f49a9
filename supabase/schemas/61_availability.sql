-- What a question about free times reads, in functions: inside one, PostgreSQL keeps the plan for as long as the
-- connection lives, also behind a pooler that allows no prepared statements. Planning was half of the question's time,
-- and a third of what a booking costs the database.
-- Run as the caller: row-level security decides what exists. The plan for any clinic and any range is asked for, because
-- one that is made for the first clinic of a new deployment, which has nothing, would read the table from end to end.

create function app_private.clinic_rules(p_org_id uuid, p_now timestamptz) returns json
  language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
begin
  return pg_catalog.json_build_object(
    'clinic', (
      select pg_catalog.json_build_object('name', o.name, 'time_zone', o.time_zone, 'country', o.country,
        'booking_horizon_days', o.booking_horizon_days, 'calendar_policy', o.calendar_policy,
        'phone', o.phone,
        'lines', (
          select pg_catalog.json_agg(c.details ->> 'phone_number') from public.connections c
          where c.org_id = p_org_id and c.details ->> 'phone_number' is not null))
      from public.organizations o where o.id = p_org_id),
    'services', (
      select pg_catalog.json_agg(pg_catalog.json_build_object('id', s.id, 'name', s.name, 'slug', s.slug,
        'duration_minutes', s.duration_minutes, 'active', s.active and s.deleted_at is null,
        'buffer_before_minutes', s.buffer_before_minutes, 'buffer_after_minutes', s.buffer_after_minutes,
        'capacity', s.capacity, 'min_notice_minutes', s.min_notice_minutes, 'horizon_days', s.horizon_days,
        'slot_step_minutes', s.slot_step_minutes,
        'provider_ids', (
          select pg_catalog.json_agg(f.provider_id) from public.service_providers f
          where f.org_id = p_org_id and f.service_id = s.id)
        ) order by s.created_at, s.slug)
      from public.services s where s.org_id = p_org_id),
    'providers', (
      select pg_catalog.json_agg(pg_catalog.json_build_object('id', p.id, 'name', p.name,
        'hours', p.working_hours::text, 'breaks', p.breaks::text,
        'calendar', case when m.provider_id is null then 'none'
          when app_private.calendar_stale(m.synced_at, p_now) then 'stale' else 'fresh' end) order by p.id)
      from public.providers p
      left join public.calendar_mirrors m on m.org_id = p.org_id and m.provider_id = p.id
      where p.org_id = p_org_id and p.active and p.deleted_at is null),
    'time_off', (
      select pg_catalog.json_agg(pg_catalog.json_build_object('provider_id', t.provider_id, 'title', t.title,
        'from', t.starts_local, 'to', t.ends_local))
      -- By the wall clock of any zone there is.
      from public.time_off t
      where t.org_id = p_org_id and t.ends_local > p_now at time zone 'UTC' - interval '1 day'));
end $$;
comment on function app_private.clinic_rules is
  'Name, zone and policy of a clinic, its own numbers (a model repeats them when it has heard no other one), its services, the providers who can be booked, and who is away from the day of p_now on.';
grant execute on function app_private.clinic_rules to voxanne_tenant, voxanne_service;

create function app_private.clinic_calendar(
  p_org_id uuid,
  p_now timestamptz,
  p_from timestamptz,
  p_to timestamptz
) returns table (kind text, provider_id uuid, froms bytea, tos bytea, facts json)
  language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  as $$
#variable_conflict use_column
begin
  -- Nothing is busy for longer than a day: bounded on both sides, the reads do not grow with the clinic's history.
  return query
    select 'rules', null::uuid, null::bytea, null::bytea, app_private.clinic_rules(p_org_id, p_now)
    union all
    select 'sessions', null, null, null, (
      select pg_catalog.json_agg(pg_catalog.json_build_object('provider_id', s.provider_id, 'service', s.service_type,
        'start', pg_catalog.date_part('epoch', s.scheduled_at) * 1000, 'minutes', s.duration_minutes,
        'from', pg_catalog.date_part('epoch', s.busy_from) * 1000, 'to', pg_catalog.date_part('epoch', s.busy_to) * 1000,
        'seats', s.seats))
      from (
        select a.provider_id, a.service_type, a.scheduled_at, a.duration_minutes, a.session_id,
          min(a.busy_from) as busy_from, max(a.busy_to) as busy_to, pg_catalog.json_agg(a.seat) as seats
        from public.appointments a
        where a.org_id = p_org_id and app_private.takes_time(a.status, a.hold_expires_at, now())
          and a.seat is not null
          and a.busy_from < p_to and a.busy_from >= p_from - interval '1 day' and a.busy_to > p_from
        group by a.provider_id, a.service_type, a.scheduled_at, a.duration_minutes, a.session_id) as s)
    union all
    select 'appointments', p.id, a.froms, a.tos, null
    from public.providers p
    cross join lateral (
      select pg_catalog.array_send(pg_catalog.array_agg(a.busy_from)) as froms,
        pg_catalog.array_send(pg_catalog.array_agg(a.busy_to)) as tos
      from public.appointments a
      where a.org_id = p_org_id and a.provider_id = p.id and app_private.takes_time(a.status, a.hold_expires_at, now())
        and a.seat is null
        and a.busy_from < p_to and a.busy_from >= p_from - interval '1 day' and a.busy_to > p_from) as a
    where p.org_id = p_org_id and p.active and p.deleted_at is null
    union all
    select 'blocks', p.id, b.froms, b.tos, null
    from public.providers p
    cross join lateral (
      select pg_catalog.array_send(pg_catalog.array_agg(b.busy_from)) as froms,
        pg_catalog.array_send(pg_catalog.array_agg(b.busy_to)) as tos
      from public.busy_blocks b
      where b.org_id = p_org_id and b.provider_id = p.id
        and b.busy_from < p_to and b.busy_from >= p_from - interval '1 day' and b.busy_to > p_from) as b
    where p.org_id = p_org_id and p.active and p.deleted_at is null;
end $$;
comment on function app_private.clinic_calendar is
  'The rules, and what is taken from p_from to p_to: a row per provider and kind with its moments as timestamptz[] in binary.';
grant execute on function app_private.clinic_calendar to voxanne_tenant, voxanne_service;
