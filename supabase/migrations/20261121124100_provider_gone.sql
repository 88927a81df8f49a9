-- Who is deleted or switched off while somebody is being booked with them: both take the provider's lock, and the one
-- who comes second looks again.

create function app_private.lock_own_provider(p_provider_id uuid) returns void
  language sql security definer set search_path = '' set lock_timeout = '5s'
  as $$ select app_private.lock_provider(app_private.org_id(), p_provider_id) $$;
comment on function app_private.lock_own_provider is
  'Keeps a provider of the caller''s clinic from being booked until the transaction ends.';
revoke execute on function app_private.lock_own_provider from public;
grant execute on function app_private.lock_own_provider to authenticated;

create or replace function app_private.take_slot(
  p_org_id uuid, p_slot app_private.slot, p_candidates uuid[], p_prefer uuid, p_except uuid, p_anyway boolean
) returns app_private.slot
  language plpgsql set search_path = ''
  as $$
declare
  v_free boolean;
  v_zone text;
  v_day timestamp;
  v_day_from timestamptz;
  v_day_to timestamptz;
begin
  if cardinality(p_candidates) > 1 then
    select time_zone into v_zone from public.organizations where id = p_org_id;
    v_day := date_trunc('day', p_slot.scheduled_at at time zone v_zone);
    v_day_from := v_day at time zone v_zone;
    v_day_to := (v_day + interval '1 day') at time zone v_zone;
  end if;
  -- The candidates were read before the lock; who is not there any more by now is none.
  select c.id, c.free into p_slot.provider_id, v_free
    from (
      select p.id,
        app_private.is_free(p_org_id, p.id, p_slot.busy_from, p_slot.busy_to, p_slot.session_id, p_except)
          and (p_slot.session_id is null
            or app_private.free_seat(p_org_id, p.id, p_slot.session_id, p_slot.capacity, p_except) is not null) as free
      from public.providers p
      where p.org_id = p_org_id and p.id = any (p_candidates) and p.active and p.deleted_at is null
      -- Asked once a candidate, not once for each place in which the answer is used.
      offset 0) as c
    left join lateral (
      select count(distinct a.busy_from) as booked, max(a.busy_to) filter (where a.busy_from < p_slot.scheduled_at) as idle_since,
        coalesce(bool_or(a.session_id = p_slot.session_id), false) as joins
      from public.appointments a
      where a.org_id = p_org_id and a.provider_id = c.id and a.id is distinct from p_except
        and a.status in ('pending', 'held', 'confirmed', 'arrived')
        and not (a.status = 'held' and coalesce(a.hold_expires_at <= clock_timestamp(), false))
        and a.busy_from >= v_day_from and a.busy_from < v_day_to) as l on cardinality(p_candidates) > 1
    where c.free or p_anyway
    order by c.free desc, c.id is not distinct from p_prefer desc, l.joins desc, l.booked, l.idle_since nulls first, c.id
    limit 1;
  p_slot.overbooked := not coalesce(v_free, true);
  if p_slot.overbooked or p_slot.session_id is null then
    p_slot.session_id := gen_random_uuid();
  else
    p_slot.seat := app_private.free_seat(p_org_id, p_slot.provider_id, p_slot.session_id, p_slot.capacity, p_except);
  end if;
  return p_slot;
end $$;
