-- A rotated secret ends at a time that is stated, whatever the provider answers, and one process at a time writes
-- secrets to a provider.

alter table public.connections
  add column previous_sealed text,
  add column previous_secret_until timestamptz,
  add column writer uuid,
  add column writer_until timestamptz;

update public.connections set previous_secret_until = now() + interval '24 hours'
  where previous_secret_hash is not null;
alter table public.connections add constraint connections_previous_secret_ends
  check (previous_secret_hash is null or previous_secret_until is not null);

comment on column public.connections.previous_secret_hash is
  'Of the secret before this one. Good until previous_secret_until, and no longer than the provider needs it.';
comment on column public.connections.previous_sealed is 'The secret before this one, to check what it signed.';
comment on column public.connections.previous_secret_until is
  'The end of the secret before this one, fixed when it was replaced. The provider has the new one: it ends at once.';
comment on column public.connections.writer is
  'Who writes to the provider at present. Two at once could leave it with the older of two secrets.';
comment on column public.connections.writer_until is 'Longer than a request may take; of who died, it runs out.';
