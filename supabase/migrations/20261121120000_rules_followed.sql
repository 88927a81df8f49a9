-- Who follows the clinic's rules when they change: every open screen, and the receptionist.

grant update (booking_horizon_days) on public.organizations to authenticated;

drop trigger changed on public.organizations;
create trigger changed
  after update of name, phone, time_zone, country, calendar_policy, booking_horizon_days, message_retention_days
  on public.organizations
  for each row execute function app_private.organization_changed();

create function app_private.rule_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_org_id uuid := case when tg_op = 'DELETE' then old.org_id else new.org_id end;
  v_id uuid := case when tg_op = 'DELETE' then old.id else new.id end;
begin
  -- Where the clinic itself goes, its stream goes with it.
  if tg_op <> 'DELETE' or exists (select 1 from public.organizations where id = v_org_id) then
    perform app_private.emit(v_org_id, tg_argv[0], jsonb_build_object(tg_argv[1], v_id));
  end if;
  return null;
end $$;
create trigger changed after insert or update or delete on public.providers
  for each row execute function app_private.rule_changed('provider.updated', 'provider_id');
create trigger changed after insert or update or delete on public.services
  for each row execute function app_private.rule_changed('service.updated', 'service_id');
create trigger changed after insert or update or delete on public.time_off
  for each row execute function app_private.rule_changed('time_off.updated', 'time_off_id');

-- By statement: choosing ten providers for a service is one change.
create function app_private.offer_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  perform app_private.emit(org_id, 'service.updated', jsonb_build_object('service_id', service_id))
  from (select distinct c.org_id, c.service_id from changed c
    join public.organizations o on o.id = c.org_id order by c.org_id, c.service_id) as each_service;
  return null;
end $$;
create trigger offered after insert on public.service_providers referencing new table as changed
  for each statement execute function app_private.offer_changed();
create trigger no_longer_offered after delete on public.service_providers referencing old table as changed
  for each statement execute function app_private.offer_changed();

-- The receptionist is told the opening hours, so it follows them; and a service is offered by its name.
create trigger assistant_follows after insert or delete or update of name, working_hours, breaks, active
  on public.providers
  for each row execute function app_private.assistant_facts_changed();
drop trigger assistant_follows on public.services;
create trigger assistant_follows after insert or delete or update of name, slug, duration_minutes, active
  on public.services
  for each row execute function app_private.assistant_facts_changed();
revoke execute on function app_private.rule_changed, app_private.offer_changed from public;
