alter table public.appointments add column calendar_unverified boolean not null default false;
comment on column public.appointments.calendar_unverified is
  'Booked or moved while the provider''s linked calendar could not be read: somebody should look whether it is free there.';
