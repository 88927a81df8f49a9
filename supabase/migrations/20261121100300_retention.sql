-- What goes after a while, and who sees to it: one worker at a time, by a lease. The audit log stays for ever.

create table app_private.scheduled_jobs (
  name text primary key,
  last_run_at timestamptz,
  lease_token uuid,
  lease_until timestamptz,
  last_result jsonb
);
comment on table app_private.scheduled_jobs is
  'Jobs by the clock, run by one process however many there are. A lease that ran out belongs to somebody who died.';
comment on column app_private.scheduled_jobs.last_run_at is
  'When the last run began that came to its end. One that was cut off or failed is caught up.';

-- Not app_private.protect(): these rows belong to no organization, and no signed-in user may see them.
alter table app_private.scheduled_jobs enable row level security;
alter table app_private.scheduled_jobs force row level security;
create policy service on app_private.scheduled_jobs for all to voxanne_service using (true) with check (true);
grant select, insert, update on app_private.scheduled_jobs to voxanne_service;

grant delete on public.webhook_delivery_log, public.outbox, public.events to voxanne_service;

-- What is old is found without reading what is not. A row that somebody finished by hand may not know when.
create index webhook_delivery_log_done_idx on public.webhook_delivery_log (coalesce(completed_at, created_at))
  where status = 'completed';
create index webhook_delivery_log_given_up_idx on public.webhook_delivery_log (coalesce(last_attempt_at, created_at))
  where status = 'dead_letter';
create index outbox_done_idx on public.outbox (coalesce(completed_at, created_at)) where status = 'completed';
create index outbox_given_up_idx on public.outbox (coalesce(last_attempt_at, created_at))
  where status = 'dead_letter';
create index events_created_at_idx on public.events (created_at);

alter table public.organizations
  add column message_retention_days integer check (message_retention_days between 1 and 3650);
comment on column public.organizations.message_retention_days is
  'After so many days the words of a finished text are removed; the row and its timeline stay. Null: they are kept.';
grant update (message_retention_days) on public.organizations to authenticated;

alter table public.messages add column body_removed_at timestamptz;
comment on column public.messages.body_removed_at is 'Since when the body is empty, by the clinic''s message_retention_days.';
create index messages_with_body_idx on public.messages (org_id, created_at) where body_removed_at is null;
