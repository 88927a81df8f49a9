-- Where a number comes from says how far it can be believed: signalling does not mishear.
alter table public.leads
  add column phone_source text check (phone_source in ('caller_id', 'spoken', 'staff')),
  add column phone_verified_at timestamptz;
comment on column public.leads.phone_source is 'Null for numbers that came before this was kept, and for those of programs.';
comment on column public.leads.phone_verified_at is 'When the telephone network last showed that this person calls from it.';
grant update (phone_source, phone_verified_at) on public.leads to authenticated;
