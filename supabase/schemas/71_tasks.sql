-- What the people of a clinic have to do, such as calling back a patient who left a message on the phone.

create table public.tasks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  kind text not null default 'message' check (kind in ('message')),
  name text not null check (length(name) between 1 and 120),
  phone text not null check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  message text not null check (length(message) between 1 and 2000),
  urgent boolean not null default false,
  call_id text check (length(call_id) <= 200),
  repeat_key text not null,
  created_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,
  closed_by uuid,
  unique (org_id, id),
  unique (org_id, repeat_key),
  check (closed_at is not null or closed_by is null)
);
comment on table public.tasks is
  'What a patient asked the receptionist to pass on. Open until a person has taken care of it.';
comment on column public.tasks.repeat_key is
  'The call and what was said: a tool call that comes again leaves no second task.';
-- At most 500 of a clinic.
create index tasks_open_idx on public.tasks (org_id) where closed_at is null;
create index tasks_closed_idx on public.tasks (org_id, closed_at, id) where closed_at is not null;
create index tasks_old_idx on public.tasks (closed_at) where closed_at is not null;
create index tasks_call_idx on public.tasks (org_id, call_id);
select app_private.protect('public.tasks');
grant update (closed_at, closed_by) on public.tasks to voxanne_tenant;
select app_private.protect_changes('public.tasks', 'tasks.edit');
-- For the clean-up, which locks a row before it removes it.
grant delete, update (closed_at) on public.tasks to voxanne_service;

create function app_private.task_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.org_id, 'task.updated', jsonb_build_object('task_id', new.id));
  return null;
end $$;

create constraint trigger tasks_emit_event after insert or update on public.tasks
  deferrable initially deferred for each row execute function app_private.task_changed();

-- Anyone can call: there is an end to what one call, and all calls together, may leave on the clinic's screen.
create function app_private.leave_task(
  p_org_id uuid, p_name text, p_phone text, p_message text, p_urgent boolean, p_call_id text, p_repeat_key text,
  p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.tasks;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.require_right('tasks.edit');
  -- One at a time: of two copies that come together the second must find the first, and both must not be the last one.
  perform pg_advisory_xact_lock(hashtextextended('tasks:' || p_org_id::text, 0));
  select * into v_row from public.tasks where org_id = p_org_id and repeat_key = p_repeat_key;
  if v_row.id is not null then
    return jsonb_build_object('success', true, 'task_id', v_row.id, 'repeated', true);
  end if;
  if (select count(*) from (
      select from public.tasks where org_id = p_org_id and closed_at is null limit 500) as open) >= 500
    or (select count(*) from public.tasks where org_id = p_org_id and call_id = p_call_id) >= 5 then
    return app_private.refusal('TOO_MANY_MESSAGES',
      'No more messages can be taken right now. Say that the clinic can’t take this one, and that the caller can reach the clinic during its opening hours.');
  end if;
  insert into public.tasks (org_id, name, phone, message, urgent, call_id, repeat_key)
    values (p_org_id, p_name, p_phone, p_message, p_urgent, p_call_id, p_repeat_key)
    returning * into v_row;
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id, 'agent', p_call_id, 'task.created', 'task', v_row.id,
      jsonb_build_object('kind', v_row.kind, 'urgent', v_row.urgent), p_request_id);
  return jsonb_build_object('success', true, 'task_id', v_row.id, 'repeated', false);
end $$;
comment on function app_private.leave_task is
  'Takes a message down, once for each call and wording. At most 5 of a call, and 500 that nobody has closed.';
grant execute on function app_private.leave_task to voxanne_tenant;
