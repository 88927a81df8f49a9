-- Undo brings back what was: also beneath an appointment that an owner had put over it, and without a text where nobody
-- had been told. Not to somebody who has left meanwhile.

drop function app_private.is_free;
create function app_private.is_free(
  p_org_id uuid, p_provider_id uuid, p_from timestamptz, p_to timestamptz, p_session_id uuid, p_except uuid,
  p_over_before timestamptz default '-infinity'
) returns boolean
  language sql stable
  as $$
  select not exists (
    select 1 from public.appointments a
    where a.org_id = p_org_id and a.provider_id = p_provider_id
      and a.status in ('pending', 'held', 'confirmed', 'arrived')
      and not (a.status = 'held' and coalesce(a.hold_expires_at <= clock_timestamp(), false))
      -- Nothing is busy for longer than a day; without a lower bound the scan grows with the clinic's history.
      and a.busy_from > p_from - interval '1 day' and a.busy_from < p_to and a.busy_to > p_from
      and a.id is distinct from p_except and a.session_id is distinct from p_session_id
      and not (a.overbooked and a.created_at < p_over_before))
  and not exists (
    select 1 from public.busy_blocks b
    where b.org_id = p_org_id and b.provider_id = p_provider_id
      and b.busy_from >= p_from - interval '1 day' and b.busy_from < p_to and b.busy_to > p_from)
$$;
comment on function app_private.is_free is
  'Whether nothing occupies the provider in that range, neither here nor in a linked calendar, sessions one could join, the row that moves aside, and what was put over it on purpose before p_over_before. Only right under lock_providers.';
revoke execute on function app_private.is_free from public;

create or replace function public.undo_appointment_atomic(
  p_org_id uuid,
  p_appointment_id uuid,
  p_reason text default null,
  p_source text default 'api',
  p_actor_id text default null,
  p_call_id text default null,
  p_request_id text default null
) returns jsonb
  language plpgsql security definer set search_path = ''
  as $$
declare
  v_source text := app_private.booking_source(p_source);
  v_fault jsonb := app_private.door_fault(p_org_id, v_source, p_reason);
  v_before public.appointments;
  v_row public.appointments;
  v_old public.appointments;
begin
  if v_fault is not null then
    return v_fault;
  end if;
  v_before := app_private.lock_appointment(p_org_id, p_appointment_id);
  if v_before.id is null then
    return app_private.booking_refused('APPOINTMENT_NOT_FOUND', 'There is no such appointment.');
  end if;
  if v_before.undoable is null then
    return app_private.booking_refused('NOTHING_TO_UNDO', 'Nothing about this appointment can be undone.');
  end if;
  if v_before.undo_until <= clock_timestamp() then
    return app_private.booking_refused('UNDO_EXPIRED', 'A move or a cancellation can be undone for ten minutes.');
  end if;
  v_old := jsonb_populate_record(v_before, v_before.undoable - 'action');
  perform app_private.lock_providers(p_org_id, array[v_old.provider_id, v_before.provider_id]);
  if not exists (
    select 1 from public.providers
    where org_id = p_org_id and id = v_old.provider_id and active and deleted_at is null) then
    return app_private.booking_refused('PROVIDER_NOT_FOUND',
      'Whoever it was with takes no appointments any more. Book it with somebody else.');
  end if;
  if not v_old.overbooked and not app_private.is_free(
    p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to,
    case when v_old.seat is not null then v_old.session_id end, p_appointment_id,
    v_before.undo_until - interval '10 minutes') then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'Somebody else has that time by now.');
  end if;
  perform app_private.end_expired_holds(p_org_id, v_old.provider_id, v_old.busy_from, v_old.busy_to, 100);
  update public.appointments set
      status = v_old.status, scheduled_at = v_old.scheduled_at, duration_minutes = v_old.duration_minutes,
      provider_id = v_old.provider_id, busy_from = v_old.busy_from, busy_to = v_old.busy_to,
      session_id = v_old.session_id, seat = v_old.seat, overbooked = v_old.overbooked, version = version + 1,
      sync_state = case when v_old.status in ('confirmed', 'arrived') and app_private.calendar_linked(p_org_id)
        then 'pending' else 'not_linked' end,
      undoable = null, undo_until = null
    where org_id = p_org_id and id = p_appointment_id
    returning * into v_row;
  -- Of a change that nobody was told of nobody is told that it was taken back.
  perform app_private.announce_appointment(v_row,
    case when v_row.status = 'confirmed' and exists (
      select 1 from public.outbox
      where org_id = p_org_id and topic in ('message.confirmation', 'message.cancellation')
        and key = p_appointment_id || ':' || v_before.version) then 'message.confirmation' end,
    case when v_before.status = 'cancelled' then 'restored' else 'moved' end);
  perform app_private.audit_appointment('appointment.undone', v_before, v_row, p_reason,
    v_source, p_actor_id, p_call_id, p_request_id);
  return app_private.appointment_answer(v_row, false);
exception
  -- Also a seat that was given away in a shared session.
  when exclusion_violation or unique_violation then
    return app_private.booking_refused('SLOT_UNAVAILABLE', 'Somebody else has that time by now.');
end $$;
