-- The receptionist greets with the clinic's name and offers its services. The clinic's phone is where callers are put
-- through to when Voxanne cannot answer, and the country says which emergency number they are given. All of it lies at
-- Vapi, so it is written there again when it changes; in SQL, so that no path to a change can forget it.

create function app_private.queue_assistant(p_org_id uuid) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
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
  language plpgsql security definer set search_path = pg_catalog, pg_temp
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

create trigger organizations_brief_assistant after update of name, time_zone, phone, public_phone, country on public.organizations
  for each row when ((old.name, old.time_zone, old.phone, old.public_phone, old.country)
    is distinct from (new.name, new.time_zone, new.phone, new.public_phone, new.country))
  execute function app_private.assistant_facts_changed();
-- The receptionist knows the opening hours, so it follows them; and a service is offered by its name.
create trigger providers_brief_assistant after insert or delete or update of name, working_hours, breaks, active
  on public.providers
  for each row execute function app_private.assistant_facts_changed();
create trigger services_brief_assistant after insert or delete or update of name, slug, duration_minutes, active
  on public.services
  for each row execute function app_private.assistant_facts_changed();
