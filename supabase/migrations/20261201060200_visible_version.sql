-- A change that the patient cannot see (length, provider, notes) sends no text, so it must not end the link of the last
-- text, nor a text that has not left yet.

alter table public.appointments add column visible_version integer not null default 1;
update public.appointments set visible_version = version where visible_version <> version;
comment on column public.appointments.visible_version is
  'The version since which the patient, the time and whether it takes place are as they are: the one that texts and links name.';

create function app_private.note_visible_version() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.visible_version := new.version;
  return new;
end $$;
create trigger visible_at_first before insert on public.appointments
  for each row when (new.version <> 1) execute function app_private.note_visible_version();
create trigger visible_change before update of version on public.appointments
  for each row when (new.version <> old.version and (new.scheduled_at, new.status, new.contact_id)
    is distinct from (old.scheduled_at, old.status, old.contact_id))
  execute function app_private.note_visible_version();
revoke execute on function app_private.note_visible_version from public;

alter table public.appointment_links add column made_version integer;
update public.appointment_links set made_version = version + 1;
alter table public.appointment_links alter column made_version set not null;
comment on column public.appointment_links.version is 'Which the link named: the visible_version then.';
comment on column public.appointment_links.made_version is 'The version of the appointment that its change made.';

create or replace function app_private.spend_link(p_org_id uuid, p_appointment_id uuid, p_version integer, p_action text)
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

create or replace function app_private.take_back_link(p_org_id uuid, p_appointment_id uuid, p_version integer)
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
