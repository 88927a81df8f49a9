-- A change by voice is read back before it is made. The read-back is kept here, so that the server knows that it was:
-- a model that says "confirmed" without having asked changes nothing.

create table public.read_backs (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  appointment_id uuid not null,
  verb text not null check (verb in ('cancel', 'move')),
  -- A question is about an appointment at its time: one that was moved since is asked about again. Null in rows from
  -- before, which then confirm nothing.
  appointment_at timestamptz,
  -- What was read back: where it would be moved to, and to whom, if a provider was named.
  scheduled_at timestamptz,
  provider_name text check (length(provider_name) <= 400),
  call_id text not null check (length(call_id) <= 300),
  token_hash bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  used_at timestamptz,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  check ((verb = 'move') = (scheduled_at is not null))
);
comment on table public.read_backs is
  'Questions that were read to callers. One is good for one change, within its call or with its token.';
create index read_backs_appointment_idx on public.read_backs (org_id, appointment_id);
create index read_backs_call_idx on public.read_backs (org_id, call_id);
create index read_backs_old_idx on public.read_backs (created_at);
select app_private.protect('public.read_backs');
grant insert (org_id, appointment_id, verb, scheduled_at, provider_name, call_id, token_hash, appointment_at),
  update (used_at)
  on public.read_backs to voxanne_tenant;
grant update (used_at), delete on public.read_backs to voxanne_service;
