-- The receptionist greets with the clinic's name and offers its services: when they change, it is told again.
-- In SQL, so that no path to a change can forget it.

create function app_private.queue_assistant(p_org_id uuid) returns void
  language sql security definer set search_path = ''
  as $$
  -- A clinic without a receptionist, and without a row that will make one, has nobody to tell. A row that is
  -- being worked on becomes pending as well: its completion is fenced by the status, so it runs once more.
  insert into public.outbox (org_id, topic, key, payload)
    select o.id, 'assistant.provision', o.id::text, '{}' from public.organizations o
    where o.id = p_org_id
      and (exists (select 1 from public.connections c where c.org_id = o.id and c.provider = 'vapi')
        or exists (select 1 from public.outbox q
          where q.org_id = o.id and q.topic = 'assistant.provision' and q.key = o.id::text))
  on conflict (org_id, topic, key) do update
    set status = 'pending', run_at = now(), attempts = 0, error_message = null;
$$;

create function app_private.assistant_facts_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  if tg_table_name = 'organizations' then
    perform app_private.queue_assistant(new.id);
  elsif tg_op = 'DELETE' then
    perform app_private.queue_assistant(old.org_id);
  else
    perform app_private.queue_assistant(new.org_id);
  end if;
  return null;
end $$;
create trigger assistant_follows after update of name, time_zone on public.organizations
  for each row when (old.name is distinct from new.name or old.time_zone is distinct from new.time_zone)
  execute function app_private.assistant_facts_changed();
create trigger assistant_follows after insert or delete or update of slug, active on public.services
  for each row execute function app_private.assistant_facts_changed();
revoke execute on function app_private.queue_assistant, app_private.assistant_facts_changed from public;
