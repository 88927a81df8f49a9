-- A clinic without Google Calendar is a finished clinic: the choice is kept, ends the wait of the setup and of the
-- "system ready" text, and can be taken back. And the number that patients see may come with the sign-up.

alter table public.organizations add column calendar_declined_at timestamptz;
comment on column public.organizations.calendar_declined_at is
  'When the clinic said that it does without Google Calendar; null as long as it may still link one, or has.';
grant update (calendar_declined_at) on public.organizations to voxanne_tenant;

create or replace function app_private.queue_system_ready(p_org_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare v_org public.organizations;
begin
  -- One statement decides: the update is what makes it happen once, whichever of two comes second.
  update public.organizations o set system_ready_queued_at = now()
    where o.id = p_org_id and o.phone is not null and o.system_ready_queued_at is null
      and (o.calendar_declined_at is not null or exists (select 1 from public.connections c
        where c.org_id = o.id and c.provider = 'google' and c.status = 'connected'))
    returning * into v_org;
  if found then
    perform app_private.enqueue(p_org_id, 'message.system_ready', p_org_id::text,
      jsonb_build_object('to', v_org.phone, 'organization_name', v_org.name));
  end if;
end $$;

create trigger calendar_declined after update of calendar_declined_at on public.organizations
  for each row when (new.calendar_declined_at is not null and old.calendar_declined_at is null)
  execute function app_private.organization_phone_saved();

-- A link that was made is a choice as well, and the newer one.
create function app_private.calendar_wanted() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  update public.organizations o set calendar_declined_at = null
    where o.id = new.org_id and o.calendar_declined_at is not null;
  return null;
end $$;
revoke execute on function app_private.calendar_wanted from public;
create trigger calendar_wanted after insert or update of status on public.connections
  for each row when (new.provider = 'google' and new.status = 'connected')
  execute function app_private.calendar_wanted();

drop trigger changed on public.organizations;
create trigger changed
  after update of name, phone, public_phone, time_zone, country, calendar_policy, booking_horizon_days,
    message_retention_days, calendar_declined_at
  on public.organizations
  for each row execute function app_private.organization_changed();

create or replace function app_private.create_organization_for_new_user() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_meta jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_country text := coalesce(substring(upper(v_meta ->> 'country') from '^[A-Z]{2}$'), 'US');
  v_org_id uuid;
begin
  if new.raw_app_meta_data ->> 'org_id' is not null then
    return new;
  end if;
  insert into public.organizations (name, phone, public_phone, time_zone, country)
    values (
      left(coalesce(nullif(btrim(v_meta ->> 'organization_name'), ''),
        nullif(btrim(v_meta ->> 'name'), '') || '''s clinic', split_part(coalesce(new.email, 'New'), '@', 1) || '''s clinic'), 120),
      app_private.normalize_phone(v_meta ->> 'phone', v_country),
      app_private.normalize_phone(v_meta ->> 'public_phone', v_country),
      coalesce(app_private.valid_time_zone(v_meta ->> 'time_zone'), 'UTC'),
      v_country)
    returning id into v_org_id;
  perform app_private.create_clinic_defaults(v_org_id, 'Main provider');
  perform app_private.enqueue(v_org_id, 'assistant.provision', v_org_id::text, '{}');
  new.raw_app_meta_data := coalesce(new.raw_app_meta_data, '{}') || jsonb_build_object('org_id', v_org_id);
  return new;
exception when others then
  raise warning 'no organization for a new user: %', sqlstate;
  return new;
end $$;
