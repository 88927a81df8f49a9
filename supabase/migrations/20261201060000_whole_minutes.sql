-- Appointments begin on whole minutes. Ten seconds past ten would stand on every screen as ten, and take the slots on
-- both sides of it.

create or replace function app_private.slot_of(
  p_org_id uuid, p_service_type text, p_scheduled_at timestamptz, p_duration_minutes integer
) returns app_private.slot
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_service public.services;
  v_slot app_private.slot;
begin
  -- A service that is not in the table (plain SQL may book any) has no buffers and is not shared.
  select * into v_service from public.services where org_id = p_org_id and slug = p_service_type;
  v_slot.scheduled_at := date_trunc('minute', p_scheduled_at, 'UTC');
  v_slot.ends_at := v_slot.scheduled_at + make_interval(mins => p_duration_minutes);
  v_slot.busy_from := v_slot.scheduled_at - make_interval(mins => coalesce(v_service.buffer_before_minutes, 0));
  v_slot.busy_to := v_slot.ends_at + make_interval(mins => coalesce(v_service.buffer_after_minutes, 0));
  v_slot.capacity := coalesce(v_service.capacity, 1);
  if v_slot.capacity > 1 then
    v_slot.session_id := md5(p_org_id::text || p_service_type || extract(epoch from v_slot.scheduled_at)::text
      || ':' || p_duration_minutes)::uuid;
  end if;
  return v_slot;
end $$;

create function app_private.start_on_the_minute() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.scheduled_at := date_trunc('minute', new.scheduled_at, 'UTC');
  return new;
end $$;
comment on function app_private.start_on_the_minute is
  'The functions of the one door write the time that was asked for beside the range that slot_of made of it.';
create trigger start_on_the_minute before insert or update of scheduled_at on public.appointments
  for each row when (new.scheduled_at <> date_trunc('minute', new.scheduled_at, 'UTC'))
  execute function app_private.start_on_the_minute();
revoke execute on function app_private.start_on_the_minute from public;
