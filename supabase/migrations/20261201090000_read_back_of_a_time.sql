-- A question is about an appointment at its time: one that was moved since is asked about again. Null in rows from
-- before, which then confirm nothing.
alter table public.read_backs add column appointment_at timestamptz;
grant insert (appointment_at) on public.read_backs to voxanne_tenant;
