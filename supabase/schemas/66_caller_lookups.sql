-- A caller hears of appointments by the number they call from and the name they say. A number can be faked and a name
-- guessed, so guesses are counted: after a few wrong names nothing more is looked up, for the call or for the number.

create table public.caller_lookups (
  id bigint generated always as identity primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone text not null check (length(phone) <= 20),
  call_id text not null check (length(call_id) <= 300),
  -- The same name said again is no new guess.
  name_hash bytea not null check (length(name_hash) = 32),
  -- What the caller heard of; none for a wrong guess.
  appointment_ids uuid[] not null default '{}',
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.caller_lookups is
  'What callers asked about appointments, and which they heard of. Kept for two days; the audit log keeps what was disclosed.';
create index caller_lookups_phone_idx on public.caller_lookups (org_id, phone, created_at);
create index caller_lookups_call_idx on public.caller_lookups (org_id, call_id);
create index caller_lookups_old_idx on public.caller_lookups (created_at);
select app_private.protect('public.caller_lookups');
revoke select on public.caller_lookups from voxanne_tenant;
grant delete on public.caller_lookups to voxanne_service;

create function app_private.begin_caller_lookup(
  p_org_id uuid, p_phone text, p_call_id text, p_name_hash bytea
) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$
declare
  v_id bigint;
begin
  if not app_private.may_act_for(p_org_id) or app_private.user_id() is not null then
    raise exception 'only the receptionist looks up appointments of callers' using errcode = 'insufficient_privilege';
  end if;
  -- Guesses at the same moment are counted one after another.
  perform pg_advisory_xact_lock(hashtextextended(p_org_id::text || ':lookup:' || p_phone, 0));
  select l.id into v_id from public.caller_lookups l
    where l.org_id = p_org_id and l.call_id = p_call_id and l.phone = p_phone and l.name_hash = p_name_hash;
  if found then
    return v_id;
  end if;
  if (select count(distinct l.name_hash) >= 5 from public.caller_lookups l
        where l.org_id = p_org_id and l.call_id = p_call_id and l.appointment_ids = '{}')
    or (select count(distinct l.name_hash) >= 10 from public.caller_lookups l
        where l.org_id = p_org_id and l.phone = p_phone and l.appointment_ids = '{}'
          and l.created_at > clock_timestamp() - interval '1 day') then
    return null;
  end if;
  insert into public.caller_lookups (org_id, phone, call_id, name_hash)
    values (p_org_id, p_phone, p_call_id, p_name_hash) returning id into v_id;
  return v_id;
end $$;
comment on function app_private.begin_caller_lookup is
  'Counts a guess before anything is looked up. Null: too many wrong names, 5 in a call or 10 for a number in a day.';
grant execute on function app_private.begin_caller_lookup to voxanne_tenant;

create function app_private.end_caller_lookup(
  p_org_id uuid, p_lookup_id bigint, p_appointment_ids uuid[], p_request_id text
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_lookup public.caller_lookups;
begin
  if not app_private.may_act_for(p_org_id) or app_private.user_id() is not null then
    raise exception 'only the receptionist looks up appointments of callers' using errcode = 'insufficient_privilege';
  end if;
  select * into strict v_lookup from public.caller_lookups l where l.org_id = p_org_id and l.id = p_lookup_id;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, request_id)
    select p_org_id, 'agent', v_lookup.call_id, 'appointment.disclosed', 'appointment', a.id::text, p_request_id
    from public.appointments a
    where a.org_id = p_org_id and a.id = any (p_appointment_ids) and a.id <> all (v_lookup.appointment_ids)
    order by a.id;
  update public.caller_lookups l
    set appointment_ids = array(select distinct unnest(l.appointment_ids || p_appointment_ids) order by 1)
    where l.org_id = p_org_id and l.id = p_lookup_id;
end $$;
comment on function app_private.end_caller_lookup is
  'Notes which appointments the caller heard of, each once a call in the audit log. That name was no wrong guess.';
grant execute on function app_private.end_caller_lookup to voxanne_tenant;
