-- What may be done with an appointment is read with it: what decides about a change of status also answers the reader.

create function app_private.allowed_changes(p_status text) returns text[]
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select case p_status
    when 'pending' then array['confirmed']
    when 'confirmed' then array['arrived', 'completed', 'no_show']
    when 'arrived' then array['completed', 'no_show', 'confirmed']
    -- Corrections at the front desk: the patient came late after all, the visit is not over yet.
    when 'completed' then array['arrived', 'no_show']
    when 'no_show' then array['arrived', 'completed', 'confirmed']
    else array[]::text[]
  end
$$;
comment on function app_private.allowed_changes is
  'The statuses that a person may give an appointment by hand. Holding, confirming a hold, canceling and undoing have functions of their own.';
grant execute on function app_private.allowed_changes to voxanne_tenant, voxanne_service, service_role;

create or replace function app_private.may_become(p_from text, p_to text) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select p_to = any (app_private.allowed_changes(p_from))
$$;
comment on function app_private.may_become is 'Whether a person may change the one status into the other by hand.';
