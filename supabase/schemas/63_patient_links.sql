-- Patients' own links. A link is derived (appointment, version and a key of the deployment), so no table holds anything
-- that opens one; what is stored is that it was used, in the transaction of the change it was used for.

create table public.appointment_links (
  org_id uuid not null references public.organizations (id) on delete cascade,
  appointment_id uuid not null,
  version integer not null,
  made_version integer not null,
  action text not null check (action in ('moved', 'cancelled')),
  used_at timestamptz not null default clock_timestamp(),
  undone_at timestamptz,
  primary key (appointment_id, version),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade
);
comment on table public.appointment_links is
  'Which links were used, and for what. A link is good for one version of an appointment; the change makes the next version, which has a link of its own.';
comment on column public.appointment_links.version is 'Which the link named: the visible_version then.';
comment on column public.appointment_links.made_version is 'The version of the appointment that its change made.';
create index appointment_links_org_idx on public.appointment_links (org_id);
select app_private.protect('public.appointment_links');

create function app_private.spend_link(p_org_id uuid, p_appointment_id uuid, p_version integer, p_action text)
  returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.appointments;
begin
  if not app_private.may_act_for(p_org_id) then
    return false;
  end if;
  -- The row first, as everyone does who changes a time: the second of two clicks waits here, and then sees it.
  v_row := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_row.id is null or v_row.visible_version <> p_version then
    return false;
  end if;
  insert into public.appointment_links (org_id, appointment_id, version, action, made_version)
    values (p_org_id, p_appointment_id, p_version, p_action, v_row.version + 1)
    on conflict (appointment_id, version) do nothing;
  return found;
end $$;
comment on function app_private.spend_link is
  'True once for each version. Called first in the transaction of the change; a change that is refused rolls it back, and the link stays good.';
grant execute on function app_private.spend_link to voxanne_tenant, voxanne_service, service_role;

create function app_private.take_back_link(p_org_id uuid, p_appointment_id uuid, p_version integer)
  returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_row public.appointments;
begin
  if not app_private.may_act_for(p_org_id) then
    return false;
  end if;
  v_row := app_private.lock_appointment(p_org_id, p_appointment_id);
  -- Whatever changed since is not this link's to undo.
  update public.appointment_links set undone_at = clock_timestamp()
    where org_id = p_org_id and appointment_id = p_appointment_id and version = p_version and undone_at is null
      and made_version = v_row.version;
  return found;
end $$;
comment on function app_private.take_back_link is
  'True where the last change was made by that link. Called first in the transaction of the undo.';
grant execute on function app_private.take_back_link to voxanne_tenant, voxanne_service, service_role;
