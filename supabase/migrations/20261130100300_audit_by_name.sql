-- The audit log is for ever and cannot be corrected, so it says what was changed, and nothing of what a patient is
-- called, where they can be reached, or what someone wrote about them. And it is written by functions alone: a row that
-- can be made by hand proves nothing.

-- Reasons are free text, and are erased with the appointment.
create table public.appointment_reasons (
  id bigint generated always as identity primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  appointment_id uuid not null,
  action text not null,
  reason text not null check (length(reason) between 1 and 500),
  actor_id text,
  created_at timestamptz not null default now(),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade
);
comment on table public.appointment_reasons is
  'Why an appointment was changed, in the words of the person who changed it. The audit row of the change says reason_given.';
create index appointment_reasons_appointment_idx on public.appointment_reasons (org_id, appointment_id);
select app_private.protect('public.appointment_reasons');

insert into public.appointment_reasons (org_id, appointment_id, action, reason, actor_id, created_at)
  select l.org_id, a.id, l.action, left(btrim(l.reason), 500), l.actor_id, l.created_at
  from public.audit_log l join public.appointments a on a.org_id = l.org_id and a.id::text = l.object_id
  where l.object_type = 'appointment' and btrim(l.reason) <> '' order by l.id;
alter table public.audit_log drop column reason;

-- The one time that rows are changed: values become names of fields.
alter table public.audit_log disable trigger append_only;
update public.audit_log l
  set before = null,
    after = jsonb_build_object('fields', (
      select coalesce(jsonb_agg(key order by key), '[]')
      from jsonb_object_keys(coalesce(l.after, l.before, '{}')) as key))
  where l.object_type = 'contact' and not (l.before is null and coalesce(l.after ? 'fields', true));
alter table public.audit_log enable trigger append_only;
alter table public.audit_log add constraint audit_log_contact_holds_no_values check (
  object_type <> 'contact' or (before is null and (after is null or (after - 'fields' = '{}'
    and not jsonb_path_exists(after, '$.fields[*] ? (@.type() != "string" || !(@ like_regex "^[a-z_]{1,40}$"))')))));

drop trigger as_oneself on public.audit_log;
drop function app_private.audit_as_oneself;
revoke insert on public.audit_log from voxanne_tenant, voxanne_service, service_role;

-- What a person may be the author of without a function that makes the change itself. A new action is a row here.
create table app_private.audited_actions (
  action text primary key check (action ~ '^[a-z_]+\.[a-z_]+$'),
  object_type text not null
);
comment on table app_private.audited_actions is 'What app_private.write_audit takes; anything else is refused.';
alter table app_private.audited_actions enable row level security;
alter table app_private.audited_actions force row level security;
do $$
begin
  execute 'create policy owner on app_private.audited_actions for all to current_user using (true) with check (true)';
end $$;
insert into app_private.audited_actions (action, object_type) values
  ('organization.changed', 'organization'),
  ('service.created', 'service'), ('service.changed', 'service'), ('service.deleted', 'service'),
  ('provider.created', 'provider'), ('provider.changed', 'provider'), ('provider.deleted', 'provider'),
  ('time_off.created', 'time_off'), ('time_off.changed', 'time_off'), ('time_off.deleted', 'time_off'),
  ('contact.changed', 'contact'),
  ('feed.made', 'provider'), ('feed.revoked', 'provider');

create function app_private.write_audit(
  p_action text, p_object_id text, p_before jsonb, p_after jsonb, p_request_id text
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org uuid := app_private.org_id();
  v_person uuid := app_private.user_id();
  v_object_type text;
begin
  if v_org is null or v_person is null then
    raise exception 'an audit row needs a clinic and a signed-in person' using errcode = 'insufficient_privilege';
  end if;
  select a.object_type into v_object_type from app_private.audited_actions a where a.action = p_action;
  if not found then
    raise exception 'audit action % is not listed in app_private.audited_actions', p_action
      using errcode = 'insufficient_privilege';
  end if;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values (v_org, 'user', v_person::text, p_action, v_object_type, p_object_id, p_before, p_after, p_request_id);
end $$;
comment on function app_private.write_audit is
  'The clinic and the person are those of the claims. In the transaction of the change: one does not exist without the other.';
revoke execute on function app_private.write_audit from public;
grant execute on function app_private.write_audit to voxanne_tenant;

create or replace function app_private.audit_appointment(
  p_action text, p_before public.appointments, p_after public.appointments, p_reason text,
  p_source text, p_actor_id text, p_call_id text, p_request_id text
) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_person uuid := app_private.user_id();
  v_reason text := nullif(btrim(p_reason), '');
  v_actor text := coalesce(v_person::text, case when p_source = 'voice' then p_call_id end, p_actor_id);
begin
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, before, after, request_id)
    values ((p_after).org_id,
      case
        when v_person is not null then 'user'
        when p_source = 'voice' then 'agent'
        when p_source in ('patient', 'google') then p_source
        else 'system'
      end,
      v_actor, p_action, 'appointment', (p_after).id, app_private.appointment_facts(p_before),
      app_private.appointment_facts(p_after) || jsonb_build_object('source', p_source)
        || case when v_reason is null then '{}' else jsonb_build_object('reason_given', true) end,
      -- Our server names the request; a client of PostgREST would name whatever it likes.
      case when app_private.acting_role() <> 'authenticated' then p_request_id end);
  if v_reason is not null then
    insert into public.appointment_reasons (org_id, appointment_id, action, reason, actor_id)
      values ((p_after).org_id, (p_after).id, p_action, left(v_reason, 500), v_actor);
  end if;
end $$;

create or replace function app_private.overbooking_fault(p_org_id uuid, p_reason text) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case
    when not exists (
      select 1 from public.profiles
      where org_id = p_org_id and user_id = app_private.user_id() and role = 'owner')
      then app_private.booking_refused('OVERBOOK_NOT_ALLOWED', 'Only an owner of the clinic, signed in, may overbook.')
    when nullif(btrim(p_reason), '') is null
      then app_private.booking_refused('OVERBOOK_REASON_MISSING', 'Overbooking needs a reason; it is kept with the appointment.')
  end
$$;
