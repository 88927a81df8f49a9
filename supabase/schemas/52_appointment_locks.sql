-- Five seconds is as long as a caller on the phone will wait; a lock that takes longer is 55P03, "try again".
create function app_private.lock_appointment(p_org_id uuid, p_appointment_id uuid) returns public.appointments
  language sql set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$
  select * from public.appointments where org_id = p_org_id and id = p_appointment_id
  -- Not "for update": a text about this appointment may be written at the same time (its foreign key takes a key share).
  for no key update
$$;

-- What a change waited for may have changed what it read before: the row that is moved is locked before it is read, and
-- behind the providers' locks the booking functions check again who is away and whether a calendar is linked.
create function app_private.lock_own_appointment(p_org_id uuid, p_appointment_id uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  return app_private.may_act_for(p_org_id)
    and (app_private.lock_appointment(p_org_id, p_appointment_id)).id is not null;
end $$;
comment on function app_private.lock_own_appointment is
  'Called first in the transaction of a change that says only what shall be different: what is read after it stays true.';
grant execute on function app_private.lock_own_appointment to voxanne_tenant, voxanne_service, service_role;

create function app_private.lock_providers(p_org_id uuid, p_provider_ids uuid[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$
declare v_id uuid;
begin
  for v_id in select distinct id from unnest(p_provider_ids) as p (id) order by id loop
    perform app_private.lock_provider(p_org_id, v_id);
  end loop;
end $$;
