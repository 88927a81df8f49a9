create table public.calls (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  vapi_call_id text not null,
  from_number text,
  to_number text,
  status text not null default 'ended'
    check (status in ('scheduled', 'queued', 'ringing', 'in-progress', 'forwarding', 'ended')),
  started_at timestamptz,
  ended_at timestamptz,
  ended_reason text,
  summary text,
  transcript text,
  created_at timestamptz not null default now(),
  unique (org_id, vapi_call_id)
);
comment on column public.calls.status is 'In the order of the check; it only goes forwards.';
create index calls_from_number_idx on public.calls (from_number) where from_number is not null;
select app_private.protect('public.calls');
grant insert, update on public.calls to voxanne_service;

-- A call is there from its first state on, so "ended" is no longer the same as "inserted". Its report may come after it
-- ended, and then the screens must look again.
create function app_private.call_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.org_id, 'call.ended', jsonb_build_object('call_id', new.id));
  return null;
end $$;

create constraint trigger calls_emit_event_on_insert after insert on public.calls
  deferrable initially deferred for each row
  when (new.status = 'ended') execute function app_private.call_changed();
create constraint trigger calls_emit_event after update on public.calls
  deferrable initially deferred for each row
  when (new.status = 'ended' and old.* is distinct from new.*) execute function app_private.call_changed();
