-- What is removed after a while is removed by one worker at a time, which holds a lease. The audit log stays forever.

create table app_private.scheduled_jobs (
  name text primary key,
  last_run_at timestamptz,
  lease_token uuid,
  lease_until timestamptz,
  last_result jsonb
);
comment on table app_private.scheduled_jobs is
  'Jobs by the clock, run by one process however many there are. A lease that ran out belongs to a process that died.';
comment on column app_private.scheduled_jobs.last_run_at is
  'When the last run began that came to its end. One that was cut off or failed is caught up.';
select app_private.protect_shared('app_private.scheduled_jobs');
grant select, insert, update on app_private.scheduled_jobs to voxanne_service;
