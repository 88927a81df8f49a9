-- The live events that the screens of a clinic follow.

create table public.events (
  id bigint generated always as identity primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  type text not null,
  data jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.events is
  'What GET /api/events replays after Last-Event-ID. Carries ids and states, no patient data.';
create index events_org_id_idx on public.events (org_id, id);
create index events_created_at_idx on public.events (created_at);
select app_private.protect('public.events');
grant delete on public.events to voxanne_service;

create function app_private.emit(p_org_id uuid, p_type text, p_data jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  -- Ids must become visible in order, or a reader that resumes after id N misses a smaller one that commits
  -- later. The lock lives until commit, and every emit comes at the end of its transaction.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('events:' || p_org_id::text, 0));
  insert into public.events (org_id, type, data) values (p_org_id, p_type, p_data);
  perform pg_catalog.pg_notify('voxanne_events', p_org_id::text);
end $$;
grant execute on function app_private.emit to voxanne_service, service_role;

create function app_private.organization_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.id, 'organization.updated', '{}');
  return null;
end $$;

create trigger organizations_emit_event
  after update of name, phone, public_phone, time_zone, country, calendar_policy, booking_horizon_days,
    message_retention_days, calendar_declined_at, own_requests_per_hour
  on public.organizations
  for each row execute function app_private.organization_changed();
