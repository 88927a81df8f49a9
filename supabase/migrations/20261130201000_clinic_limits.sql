-- Whatever a clinic makes is read as a whole for each question about its free times, so there is an end to it. Far
-- beyond every real clinic; one that had more before keeps it.
create function app_private.within_clinic_limit() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_count bigint;
begin
  -- One at a time: two that come together must not both get the last place.
  perform pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtextextended('clinic limit:' || tg_table_name || ':' || new.org_id::text, 0));
  if tg_table_name = 'time_off' then
    select count(*) into v_count from (
      select from public.time_off t
        where t.org_id = new.org_id and t.ends_local > pg_catalog.now()::timestamp - interval '1 day'
        limit 2000) as ahead;
    if v_count < 2000 then
      select count(*) into v_count from public.time_off t where t.org_id = new.org_id;
      if v_count < 10000 then return new; end if;
    end if;
  else
    execute pg_catalog.format(
      'select count(*) from public.%I where org_id = $1 and deleted_at is null', tg_table_name)
      into v_count using new.org_id;
    if v_count < 200 then return new; end if;
  end if;
  raise exception using errcode = 'program_limit_exceeded', message = 'CLINIC_LIMIT', table = tg_table_name;
end $$;
comment on function app_private.within_clinic_limit is
  'At most 200 providers, 200 services, 2,000 times off that are not over and 10,000 in all.';
revoke execute on function app_private.within_clinic_limit from public;

create trigger within_limit before insert on public.providers
  for each row execute function app_private.within_clinic_limit();
create trigger within_limit_again before update of deleted_at on public.providers
  for each row when (old.deleted_at is not null and new.deleted_at is null)
  execute function app_private.within_clinic_limit();
create trigger within_limit before insert on public.services
  for each row execute function app_private.within_clinic_limit();
create trigger within_limit_again before update of deleted_at on public.services
  for each row when (old.deleted_at is not null and new.deleted_at is null)
  execute function app_private.within_clinic_limit();
create trigger within_limit before insert on public.time_off
  for each row execute function app_private.within_clinic_limit();
