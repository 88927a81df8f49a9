-- The clinic's phone is where callers are put through to when Voxanne cannot answer, and the country says which
-- emergency number they are given: both lie at Vapi, so they are written there again when they change.

drop trigger assistant_follows on public.organizations;
create trigger assistant_follows after update of name, time_zone, phone, country on public.organizations
  for each row when ((old.name, old.time_zone, old.phone, old.country)
    is distinct from (new.name, new.time_zone, new.phone, new.country))
  execute function app_private.assistant_facts_changed();
