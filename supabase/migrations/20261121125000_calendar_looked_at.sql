-- Whether a linked calendar is known: one rule for what is offered, what is explained and what is written down.

create function app_private.calendar_stale(p_synced_at timestamptz, p_at timestamptz) returns boolean
  language sql immutable
  return p_synced_at is null or p_synced_at < p_at - interval '30 minutes';
comment on function app_private.calendar_stale is
  'A mirror that was whole within half an hour is believed: the sync hears of changes by a push and looks by itself every few minutes, so that half an hour without a word means that it cannot hear.';
revoke execute on function app_private.calendar_stale from public;
grant execute on function app_private.calendar_stale to authenticated, voxanne_service;

create or replace function app_private.clinic_rules(p_org_id uuid, p_now timestamptz) returns json
  language plpgsql stable set search_path = '' set plan_cache_mode = force_generic_plan
  as $$
begin
  return pg_catalog.json_build_object(
    'clinic', (
      select pg_catalog.json_build_object('name', o.name, 'time_zone', o.time_zone, 'country', o.country,
        'booking_horizon_days', o.booking_horizon_days, 'calendar_policy', o.calendar_policy)
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

-- Kept by a trigger, so that no way to take a time can forget it: booked, held, moved, put back.
create function app_private.note_calendar() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_stale boolean;
begin
  if new.status not in ('pending', 'held', 'confirmed', 'arrived') then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.status in ('pending', 'held', 'confirmed', 'arrived')
    and (old.provider_id, old.scheduled_at, old.duration_minutes)
      = (new.provider_id, new.scheduled_at, new.duration_minutes)
    and not (old.status = 'held' and new.status <> 'held') then
    return new;
  end if;
  v_stale := coalesce((
    select app_private.calendar_stale(m.synced_at, clock_timestamp()) from public.calendar_mirrors m
    where m.org_id = new.org_id and m.provider_id = new.provider_id), false);
  -- A hold that becomes a booking is not compared with the calendar again: what nobody could see then stays unseen.
  new.calendar_unverified := v_stale
    or (tg_op = 'UPDATE' and old.status = 'held' and new.status <> 'held' and old.calendar_unverified);
  return new;
end $$;
create trigger note_calendar
  before insert or update of status, provider_id, scheduled_at, duration_minutes on public.appointments
  for each row execute function app_private.note_calendar();
revoke execute on function app_private.note_calendar from public;

create or replace function app_private.appointment_facts(p_row public.appointments) returns jsonb
  language sql stable set search_path = ''
  as $$
  select case when (p_row).id is not null then jsonb_strip_nulls(jsonb_build_object(
    'status', (p_row).status, 'scheduled_at', (p_row).scheduled_at, 'duration_minutes', (p_row).duration_minutes,
    'service_type', (p_row).service_type, 'provider_id', (p_row).provider_id, 'contact_id', (p_row).contact_id,
    'version', (p_row).version, 'hold_expires_at', (p_row).hold_expires_at,
    'overbooked', nullif((p_row).overbooked, false),
    'calendar_unverified', nullif((p_row).calendar_unverified, false))) end
$$;
