-- Patients' own links. A link is derived (appointment, version and a key of the deployment), so nothing that opens a
-- door lies in a table; what is stored is that it was used, in the transaction of the change it was used for.

create table public.appointment_links (
  org_id uuid not null references public.organizations (id) on delete cascade,
  appointment_id uuid not null,
  version integer not null,
  action text not null check (action in ('moved', 'cancelled')),
  used_at timestamptz not null default clock_timestamp(),
  undone_at timestamptz,
  primary key (appointment_id, version),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade
);
comment on table public.appointment_links is
  'Which links were used, and for what. A link is good for one version of an appointment; the change makes the next version, which has a link of its own.';
create index appointment_links_org_idx on public.appointment_links (org_id);
select app_private.protect('public.appointment_links');

create function app_private.spend_link(p_org_id uuid, p_appointment_id uuid, p_version integer, p_action text)
  returns boolean
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_row public.appointments;
begin
  if not app_private.may_act_for(p_org_id) then
    return false;
  end if;
  -- The row first, as everybody does who changes a time: the second of two clicks waits here, and then sees it.
  v_row := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_row.id is null or v_row.version <> p_version then
    return false;
  end if;
  insert into public.appointment_links (org_id, appointment_id, version, action)
    values (p_org_id, p_appointment_id, p_version, p_action)
    on conflict (appointment_id, version) do nothing;
  return found;
end $$;
comment on function app_private.spend_link is
  'True once for each version. Called first in the transaction of the change; a change that is refused rolls it back, and the link stays good.';
create function app_private.take_back_link(p_org_id uuid, p_appointment_id uuid, p_version integer)
  returns boolean
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_row public.appointments;
begin
  if not app_private.may_act_for(p_org_id) then
    return false;
  end if;
  v_row := app_private.lock_appointment(p_org_id, p_appointment_id);
  -- Whatever changed since is somebody else's, and not this link's to undo.
  if v_row.id is null or v_row.version <> p_version + 1 then
    return false;
  end if;
  update public.appointment_links set undone_at = clock_timestamp()
    where org_id = p_org_id and appointment_id = p_appointment_id and version = p_version and undone_at is null;
  return found;
end $$;
comment on function app_private.take_back_link is
  'True where the last change was made by that link. Called first in the transaction of the undo.';
revoke execute on function app_private.spend_link, app_private.take_back_link from public;
grant execute on function app_private.spend_link, app_private.take_back_link
  to authenticated, voxanne_service, service_role;
