-- What costs money or reputation waits in live mode for a verified email address or the operator's yes; the operator sees
-- all clinics and sets how many requests their programs have.
--
-- Append-only: once this file is shared it stays as it is, and the next one corrects it. supabase/schemas/ says how
-- things are afterwards, and a test compares the two.

-- Clinics from before go on as they were; those that wait still do.
insert into app_private.clinic_admissions (org_id, admitted_at, admitted_by)
  select o.id, now(), 'operator' from public.organizations o on conflict (org_id) do nothing;

drop function app_private.waiting_clinics();
drop function app_private.admit_clinic(uuid, integer, integer);
revoke execute on function app_private.admit_clinic_now from voxanne_service;

-- GoTrue says when an address was confirmed, the built-in issuer whether it is verified.
create function app_private.owner_is_verified(p_org_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select exists (
    select 1 from public.profiles p join auth.users u on u.id = p.user_id
    where p.org_id = p_org_id and p.role = 'owner'
      and (coalesce((to_jsonb(u) ->> 'email_verified')::boolean, false) or to_jsonb(u) ->> 'email_confirmed_at' is not null))
$$;
grant execute on function app_private.owner_is_verified to voxanne_service;

-- Whether texts may be sent in the clinic's name. The limit of a day is about numbers and assistants alone.
create function app_private.may_text(p_org_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select exists (select 1 from app_private.clinic_admissions a where a.org_id = p_org_id and a.admitted_at is not null)
    or app_private.owner_is_verified(p_org_id)
$$;
grant execute on function app_private.may_text to voxanne_service;

create function app_private.admit_clinic(
  p_org_id uuid, p_per_day integer, p_per_address integer, p_needs_email boolean
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_me app_private.clinic_admissions;
  v_since timestamptz := pg_catalog.now() - interval '24 hours';
  v_used integer;
  v_of_address integer;
  v_before integer;
begin
  -- One at a time: two that ask together must not both get the last place.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('app_private.clinic_admissions', 0));
  insert into app_private.clinic_admissions (org_id, asked_at, address)
    values (p_org_id, pg_catalog.clock_timestamp(), app_private.sign_up_address(p_org_id))
    on conflict (org_id) do nothing;
  select * into v_me from app_private.clinic_admissions a where a.org_id = p_org_id;
  if v_me.admitted_at is not null then return true; end if;
  if p_needs_email and not app_private.owner_is_verified(p_org_id) then return false; end if;

  update app_private.clinic_admissions a set address = null
    where a.admitted_at <= v_since and a.address is not null;
  select count(*), count(*) filter (where a.address = v_me.address) into v_used, v_of_address
    from app_private.clinic_admissions a
    where a.admitted_by = 'limit' and a.admitted_at > v_since;
  -- Who has asked before goes first; those of an address that has had its share are passed over.
  select coalesce(sum(least(w.waiting, case when w.address is null then w.waiting else p_per_address - w.used end)), 0)
    into v_before
    from (
      select a.address, count(*) as waiting,
        (select count(*) from app_private.clinic_admissions u
          where u.address = a.address and u.admitted_by = 'limit' and u.admitted_at > v_since) as used
      from app_private.clinic_admissions a
      where a.admitted_at is null and (a.asked_at, a.org_id) < (v_me.asked_at, v_me.org_id)
        and (not p_needs_email or app_private.owner_is_verified(a.org_id))
      group by a.address
    ) w
    where w.address is null or w.used < p_per_address;
  if v_used + v_before >= p_per_day then return false; end if;
  if v_me.address is not null and v_of_address >= p_per_address then return false; end if;

  update app_private.clinic_admissions a set admitted_at = pg_catalog.now(), admitted_by = 'limit'
    where a.org_id = p_org_id;
  return true;
end $$;
grant execute on function app_private.admit_clinic to voxanne_service;

create function app_private.admit_clinic_by_operator(p_org_id uuid, p_request_id text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app_private.admit_clinic_now(p_org_id) then
    return false;
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, request_id)
    values (p_org_id, 'system', 'operator', 'organization.admitted', 'organization', p_org_id::text, p_request_id);
  return true;
end $$;
grant execute on function app_private.admit_clinic_by_operator to voxanne_service;

-- Null: what the deployment says. False when there is no such clinic.
create function app_private.set_requests_per_hour(p_org_id uuid, p_limit integer, p_request_id text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_before integer;
begin
  select o.requests_per_hour into v_before from public.organizations o where o.id = p_org_id for update;
  if not found then
    return false;
  end if;
  if v_before is distinct from p_limit then
    update public.organizations o set requests_per_hour = p_limit where o.id = p_org_id;
    insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
      values (p_org_id, 'system', 'operator', 'organization.limit_set', 'organization', p_org_id::text,
        jsonb_build_object('requests_per_hour', v_before), jsonb_build_object('requests_per_hour', p_limit), p_request_id);
  end if;
  return true;
end $$;
grant execute on function app_private.set_requests_per_hour to voxanne_service;

-- By when they asked for a receptionist, or were created.
create function app_private.operator_clinics(p_waiting boolean, p_after_at timestamptz, p_after_id uuid, p_limit integer)
  returns table (id uuid, at text, name text, email text, members integer, created_at timestamptz, asked_at timestamptz,
    admitted_at timestamptz, admitted_by text, email_verified boolean, requests_per_hour integer)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select o.id, coalesce(a.asked_at, o.created_at)::text, o.name,
      (select p.email from public.profiles p where p.org_id = o.id and p.role = 'owner' order by p.created_at limit 1),
      (select count(*)::integer from public.profiles p where p.org_id = o.id), o.created_at, a.asked_at, a.admitted_at,
      a.admitted_by, app_private.owner_is_verified(o.id), o.requests_per_hour
    from public.organizations o left join app_private.clinic_admissions a on a.org_id = o.id
    where (not p_waiting or (a.org_id is not null and a.admitted_at is null))
      and (p_after_id is null or (coalesce(a.asked_at, o.created_at), o.id) > (p_after_at, p_after_id))
    order by coalesce(a.asked_at, o.created_at), o.id
    limit p_limit;
$$;
grant execute on function app_private.operator_clinics to voxanne_service;
