-- The clinic's own numbers are no patient's: a model repeats them when it has heard no other one.

create or replace function app_private.clinic_rules(p_org_id uuid, p_now timestamptz) returns json
  language plpgsql stable set search_path = '' set plan_cache_mode = force_generic_plan
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

-- Where a number comes from says how far it can be believed: signalling does not mishear.
alter table public.leads
  add column phone_source text check (phone_source in ('caller_id', 'spoken', 'staff')),
  add column phone_verified_at timestamptz;
comment on column public.leads.phone_source is 'Null for numbers that came before this was kept, and for those of programs.';
comment on column public.leads.phone_verified_at is 'When the telephone network last showed that this person calls from it.';
grant update (phone_source, phone_verified_at) on public.leads to authenticated;
