-- Each new clinic costs money (an assistant, a phone number) and signs up without having proved anything. In live mode a
-- number of them a day get theirs at once, fewer from one address; the others wait for the next day or for the operator.

create table app_private.clinic_admissions (
  org_id uuid primary key references public.organizations (id) on delete cascade,
  asked_at timestamptz not null default now(),
  -- Where the sign-up came from: a whole address, or the network that one customer of IPv6 has. Gone after a day.
  address inet,
  admitted_at timestamptz,
  admitted_by text check (admitted_by in ('limit', 'operator')),
  check ((admitted_at is null) = (admitted_by is null))
);
create index clinic_admissions_waiting on app_private.clinic_admissions (asked_at, org_id) where admitted_at is null;
create index clinic_admissions_recent on app_private.clinic_admissions (admitted_at) where admitted_by = 'limit';
select app_private.protect('app_private.clinic_admissions');
-- Through the functions below alone: who waits is the operator's business.
revoke all on app_private.clinic_admissions from voxanne_tenant, voxanne_service, service_role;

-- With tokens of Supabase nobody here has seen the sign-up: null.
create function app_private.sign_up_address(p_org_id uuid) returns inet
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_address text;
begin
  if pg_catalog.to_regclass('auth.ba_sessions') is null then return null; end if;
  execute 'select s."ipAddress" from auth.ba_sessions s join public.profiles p on p.user_id = s."userId"
    where p.org_id = $1 order by s."createdAt" limit 1' into v_address using p_org_id;
  if pg_catalog.family(v_address::inet) = 4 then return pg_catalog.host(v_address::inet)::inet; end if;
  return pg_catalog.network(pg_catalog.set_masklen(v_address::inet, 64));
exception when invalid_text_representation then
  return null;
end $$;

create function app_private.admit_clinic(p_org_id uuid, p_per_day integer, p_per_address integer) returns boolean
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

-- The operator lets it in: that counts toward no limit. False when there is no such clinic, or it has been let in.
create function app_private.admit_clinic_now(p_org_id uuid) returns boolean
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
  with admitted as (
    insert into app_private.clinic_admissions as a (org_id, admitted_at, admitted_by)
      select o.id, pg_catalog.now(), 'operator' from public.organizations o where o.id = p_org_id
    on conflict (org_id) do update set admitted_at = pg_catalog.now(), admitted_by = 'operator'
      where a.admitted_at is null
    returning 1)
  select exists (select 1 from admitted);
$$;
grant execute on function app_private.admit_clinic_now to voxanne_service;

create function app_private.waiting_clinics() returns table (org_id uuid, name text, email text, asked_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select o.id, o.name, (select p.email from public.profiles p where p.org_id = o.id and p.role = 'owner'
      order by p.created_at limit 1), a.asked_at
    from app_private.clinic_admissions a join public.organizations o on o.id = a.org_id
    where a.admitted_at is null
    order by a.asked_at, a.org_id
    limit 200;
$$;
grant execute on function app_private.waiting_clinics to voxanne_service;
