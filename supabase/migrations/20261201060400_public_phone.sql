-- Two numbers of a clinic: the owner's, which nobody publishes, and the one that patients see. A clinic that entered
-- none is called on the number that its receptionist answers; the owner's number is not shown any more.

alter table public.organizations
  add column public_phone text check (public_phone ~ '^\+[1-9][0-9]{6,14}$');
comment on column public.organizations.phone is
  'The owner''s phone in E.164: texts about the system go there. Patients never see it.';
comment on column public.organizations.public_phone is 'The clinic''s number that patients see, in E.164.';
grant update (public_phone) on public.organizations to voxanne_tenant;

create function app_private.number_for_patients(p_org_id uuid) returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
  select coalesce(o.public_phone, (
    select c.details ->> 'phone_number' from public.connections c where c.org_id = o.id and c.provider = 'vapi'))
  from public.organizations o where o.id = p_org_id and app_private.may_act_for(p_org_id)
$$;
comment on function app_private.number_for_patients is
  'What pages and texts tell patients to call: the clinic''s public number, else the one that its receptionist answers.';
revoke execute on function app_private.number_for_patients from public;
grant execute on function app_private.number_for_patients to voxanne_tenant, voxanne_service;

drop trigger changed on public.organizations;
create trigger changed
  after update of name, phone, public_phone, time_zone, country, calendar_policy, booking_horizon_days, message_retention_days
  on public.organizations
  for each row execute function app_private.organization_changed();
drop trigger assistant_follows on public.organizations;
create trigger assistant_follows after update of name, time_zone, phone, public_phone, country on public.organizations
  for each row when ((old.name, old.time_zone, old.phone, old.public_phone, old.country)
    is distinct from (new.name, new.time_zone, new.phone, new.public_phone, new.country))
  execute function app_private.assistant_facts_changed();
