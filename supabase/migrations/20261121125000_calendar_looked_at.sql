-- Whether the calendar was known when a time was taken, by the rule that offers it.

-- Kept by a trigger, so that no way to take a time can forget it: booked, held, moved, put back.
create function app_private.note_calendar() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_stale boolean;
begin
  if new.status not in ('pending', 'held', 'confirmed', 'arrived') then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.status in ('pending', 'held', 'confirmed', 'arrived')
    and (old.provider_id, old.scheduled_at, old.duration_minutes)
      = (new.provider_id, new.scheduled_at, new.duration_minutes)
    and not (old.status = 'held' and new.status <> 'held') then
    return new;
  end if;
  v_stale := coalesce((
    select app_private.calendar_stale(m.synced_at, clock_timestamp()) from public.calendar_mirrors m
    where m.org_id = new.org_id and m.provider_id = new.provider_id), false);
  -- A hold that becomes a booking is not compared with the calendar again: what nobody could see then stays unseen.
  new.calendar_unverified := v_stale
    or (tg_op = 'UPDATE' and old.status = 'held' and new.status <> 'held' and old.calendar_unverified);
  return new;
end $$;
create trigger note_calendar
  before insert or update of status, provider_id, scheduled_at, duration_minutes on public.appointments
  for each row execute function app_private.note_calendar();
revoke execute on function app_private.note_calendar from public;

create or replace function app_private.appointment_facts(p_row public.appointments) returns jsonb
  language sql stable set search_path = ''
  as $$
  select case when (p_row).id is not null then jsonb_strip_nulls(jsonb_build_object(
    'status', (p_row).status, 'scheduled_at', (p_row).scheduled_at, 'duration_minutes', (p_row).duration_minutes,
    'service_type', (p_row).service_type, 'provider_id', (p_row).provider_id, 'contact_id', (p_row).contact_id,
    'version', (p_row).version, 'hold_expires_at', (p_row).hold_expires_at,
    'overbooked', nullif((p_row).overbooked, false),
    'calendar_unverified', nullif((p_row).calendar_unverified, false))) end
$$;
