-- What happened in a clinic, and who did it. The log stays forever and cannot be corrected, so it says what was changed,
-- and nothing of what a patient is called, where they can be reached, or what someone wrote about them. And it is written
-- by functions alone: a row that can be made by hand proves nothing.

create table public.audit_log (
  id bigint generated always as identity primary key,
  org_id uuid not null,
  actor_type text not null check (actor_type in ('user', 'agent', 'patient', 'system', 'google', 'key')),
  actor_id text,
  action text not null,
  object_type text not null,
  object_id text,
  before jsonb,
  after jsonb,
  request_id text,
  created_at timestamptz not null default now(),
  constraint audit_log_contact_holds_no_values check (
    object_type <> 'contact' or (before is null and (after is null or (after - 'fields' = '{}'
      and not jsonb_path_exists(after, '$.fields[*] ? (@.type() != "string" || !(@ like_regex "^[a-z_]{1,40}$"))')))))
);
comment on table public.audit_log is 'Append-only. No foreign key: it outlives what it tells about.';
create index audit_log_org_id_idx on public.audit_log (org_id, id desc);
select app_private.protect('public.audit_log');
revoke insert, update, delete on public.audit_log from service_role;

create function app_private.audit_log_is_append_only() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  raise exception 'audit_log is append-only' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_log_refuse_change before update or delete or truncate on public.audit_log
  for each statement execute function app_private.audit_log_is_append_only();

-- What a person may be the author of without a function that makes the change itself. A new action is a row here.
create table app_private.audited_actions (
  action text primary key check (action ~ '^[a-z_]+\.[a-z_]+$'),
  object_type text not null
);
comment on table app_private.audited_actions is 'What app_private.write_audit takes; anything else is refused.';
alter table app_private.audited_actions enable row level security;
alter table app_private.audited_actions force row level security;
create policy owner on app_private.audited_actions for all to current_user using (true) with check (true);

insert into app_private.audited_actions (action, object_type) values
  ('organization.changed', 'organization'),
  ('service.created', 'service'), ('service.changed', 'service'), ('service.deleted', 'service'),
  ('provider.created', 'provider'), ('provider.changed', 'provider'), ('provider.deleted', 'provider'),
  ('time_off.created', 'time_off'), ('time_off.changed', 'time_off'), ('time_off.deleted', 'time_off'),
  ('contact.changed', 'contact'),
  ('feed.made', 'provider'), ('feed.revoked', 'provider'),
  ('task.closed', 'task'), ('task.reopened', 'task'),
  -- What staff may do on purpose: book outside working hours, record a visit before its time.
  ('appointment.outside_hours', 'appointment'), ('appointment.recorded_early', 'appointment');

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
    values (v_org, app_private.actor_type(), v_person::text, p_action, v_object_type, p_object_id, p_before, p_after, p_request_id);
end $$;
comment on function app_private.write_audit is
  'The clinic and the person are those of the claims. In the transaction of the change: one does not exist without the other.';
grant execute on function app_private.write_audit to voxanne_tenant;
