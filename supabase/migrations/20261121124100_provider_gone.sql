-- Who is deleted or switched off while somebody is being booked with them: both take the provider's lock, and the one
-- who comes second looks again.

create function app_private.lock_own_provider(p_provider_id uuid) returns void
  language sql security definer set search_path = '' set lock_timeout = '5s'
  as $$ select app_private.lock_provider(app_private.org_id(), p_provider_id) $$;
comment on function app_private.lock_own_provider is
  'Keeps a provider of the caller''s clinic from being booked until the transaction ends.';
revoke execute on function app_private.lock_own_provider from public;
grant execute on function app_private.lock_own_provider to authenticated;
