-- Who waits for a time, and what was offered to them. A time that becomes free is offered to one person after the
-- other; the offer is a hold, so that the booking functions keep it, and its end frees the time again by itself.

create table public.waitlist (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  contact_id uuid not null,
  service_type text not null check (length(service_type) between 1 and 80),
  provider_id uuid,
  earliest_date date,
  latest_date date,
  windows jsonb not null default '[]',
  appointment_id uuid,
  removed_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  unique (org_id, id),
  foreign key (org_id, contact_id) references public.leads (org_id, id) on delete cascade,
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  check (latest_date >= earliest_date)
);
comment on table public.waitlist is
  'First come, first offered. Still waiting: neither removed nor booked, and latest_date has not passed.';
comment on column public.waitlist.windows is
  'Which parts of a day suit, as [from, to] of the clinic''s wall clock; none means any.';
comment on column public.waitlist.appointment_id is 'What came of it.';
create unique index waitlist_person_idx on public.waitlist (org_id, contact_id, service_type)
  where removed_at is null and appointment_id is null;
create index waitlist_queue_idx on public.waitlist (org_id, created_at, id)
  where removed_at is null and appointment_id is null;
select app_private.protect('public.waitlist');

create table public.waitlist_offers (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  waitlist_id uuid not null,
  contact_id uuid not null,
  hold_id uuid not null,
  provider_id uuid not null,
  scheduled_at timestamptz not null,
  status text not null default 'open' check (status in ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  decided_at timestamptz,
  unique (org_id, id),
  unique (hold_id),
  -- Never the same time twice to the same person.
  unique (waitlist_id, provider_id, scheduled_at),
  foreign key (org_id, waitlist_id) references public.waitlist (org_id, id) on delete cascade,
  foreign key (org_id, hold_id) references public.appointments (org_id, id) on delete cascade,
  check ((status = 'open') = (decided_at is null))
);
comment on table public.waitlist_offers is
  'One offer is one hold and one text. Its end is written by what ends the hold.';
create unique index waitlist_offers_one_open_idx on public.waitlist_offers (org_id, contact_id) where status = 'open';
create index waitlist_offers_entry_idx on public.waitlist_offers (waitlist_id, created_at);
select app_private.protect('public.waitlist_offers');

create function app_private.audit_waitlist(
  p_org_id uuid, p_action text, p_id uuid, p_after jsonb, p_source text, p_actor_id text, p_request_id text
) returns void
  language sql set search_path = pg_catalog, pg_temp
  as $$
  insert into public.audit_log (org_id, actor_type, actor_id, action, object_type, object_id, after, request_id)
    values (p_org_id,
      case when app_private.user_id() is null and p_source = 'patient' then 'patient' else app_private.actor_type() end,
      coalesce(app_private.user_id()::text, p_actor_id), p_action, 'waitlist', p_id, jsonb_strip_nulls(p_after), p_request_id)
$$;

-- A hold that ended, however it ended, ends its offer; an answer has been written before it ends the hold.
create function app_private.offer_ended() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_offer public.waitlist_offers;
begin
  update public.waitlist_offers
    set status = case when old.hold_expires_at <= clock_timestamp() then 'expired' else 'withdrawn' end,
      decided_at = clock_timestamp()
    where org_id = old.org_id and hold_id = old.id and status = 'open'
    returning * into v_offer;
  if found then
    perform app_private.audit_waitlist(old.org_id, 'waitlist.offer_' || v_offer.status, v_offer.waitlist_id,
      jsonb_build_object('offer_id', v_offer.id, 'scheduled_at', v_offer.scheduled_at), 'system', null, null);
  end if;
  return null;
end $$;

create trigger appointments_end_offer after update on public.appointments for each row
  when (old.status = 'held' and new.status <> 'held') execute function app_private.offer_ended();

-- Only where someone is waiting: any other clinic's change costs one look into an empty index.
create function app_private.time_was_freed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if exists (
    select 1 from public.waitlist where org_id = old.org_id and removed_at is null and appointment_id is null) then
    perform app_private.enqueue(old.org_id, 'waitlist.slot_freed', old.id || ':' || old.version || ':' || new.status,
      jsonb_strip_nulls(jsonb_build_object('provider_id', old.provider_id, 'scheduled_at', old.scheduled_at,
        -- Who gave it up does not want it back.
        'contact_id', old.contact_id)));
  end if;
  return null;
end $$;

create trigger appointments_offer_freed_time after update on public.appointments for each row
  when (old.status in ('pending', 'held', 'confirmed', 'arrived') and (new.status = 'cancelled'
    or new.scheduled_at <> old.scheduled_at or new.provider_id <> old.provider_id))
  execute function app_private.time_was_freed();

create function app_private.waitlist_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.org_id, 'waitlist.updated', jsonb_build_object(
    'waitlist_id', coalesce(to_jsonb(new) ->> 'waitlist_id', to_jsonb(new) ->> 'id')));
  return null;
end $$;

create trigger waitlist_emit_event after insert or update on public.waitlist
  for each row execute function app_private.waitlist_changed();
create trigger waitlist_offers_emit_event after insert or update on public.waitlist_offers
  for each row execute function app_private.waitlist_changed();

create function app_private.join_waitlist(
  p_org_id uuid, p_contact_id uuid, p_name text, p_phone text, p_email text, p_service_type text, p_provider_id uuid,
  p_earliest_date date, p_latest_date date, p_windows jsonb, p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_contact_id uuid;
  v_contact public.leads;
  v_row public.waitlist;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('ORG_NOT_FOUND', 'We couldn’t find that clinic. Sign in again.');
  end if;
  perform app_private.require_right('waitlist.edit');
  v_contact_id := coalesce(p_contact_id, app_private.upsert_contact(p_org_id, p_name, p_phone, p_email));
  select * into v_contact from public.leads where org_id = p_org_id and id = v_contact_id;
  if v_contact.id is null then
    return app_private.refusal('CONTACT_NOT_FOUND', 'We couldn’t find that patient at this clinic. Choose another one.');
  end if;
  if v_contact.phone is null then
    return app_private.refusal('PHONE_MISSING', 'This patient has no phone number, and offers are sent by text. Add a number to the patient first.');
  end if;
  if p_provider_id is not null and not exists (
    select 1 from public.providers where org_id = p_org_id and id = p_provider_id and active) then
    return app_private.refusal('PROVIDER_NOT_FOUND', 'We couldn’t find that provider at this clinic. Choose another one.');
  end if;
  insert into public.waitlist
      (org_id, contact_id, service_type, provider_id, earliest_date, latest_date, windows)
    values (p_org_id, v_contact.id, p_service_type, p_provider_id, p_earliest_date, p_latest_date, p_windows)
    on conflict do nothing
    returning * into v_row;
  if v_row.id is null then
    return app_private.refusal('ALREADY_WAITING', 'This patient is already on the waitlist for that service.');
  end if;
  perform app_private.audit_waitlist(p_org_id, 'waitlist.added', v_row.id, jsonb_build_object(
    'contact_id', v_row.contact_id, 'service_type', v_row.service_type, 'provider_id', v_row.provider_id,
    'earliest_date', v_row.earliest_date, 'latest_date', v_row.latest_date, 'windows', v_row.windows),
    'api', null, p_request_id);
  return jsonb_build_object('success', true, 'waitlist_id', v_row.id);
end $$;
grant execute on function app_private.join_waitlist to voxanne_tenant, voxanne_service, service_role;

-- Locks in the order of the booking functions: the hold's row, its provider, then what belongs to the waitlist.
create function app_private.lock_offer(p_org_id uuid, p_offer_id uuid) returns public.waitlist_offers
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_offer public.waitlist_offers;
begin
  select * into v_offer from public.waitlist_offers where org_id = p_org_id and id = p_offer_id;
  if v_offer.id is not null then
    perform app_private.lock_appointment(p_org_id, v_offer.hold_id);
    perform app_private.lock_providers(p_org_id, array[v_offer.provider_id]);
    select * into v_offer from public.waitlist_offers where org_id = p_org_id and id = p_offer_id for update;
  end if;
  return v_offer;
end $$;

create function app_private.leave_waitlist(
  p_org_id uuid, p_waitlist_id uuid, p_source text, p_actor_id text, p_request_id text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_offer_id uuid;
  v_offer public.waitlist_offers;
  v_row public.waitlist;
begin
  if not app_private.may_act_for(p_org_id) then
    return app_private.refusal('WAITLIST_ENTRY_NOT_FOUND', 'We couldn’t find that entry on the waitlist. Reload the list.');
  end if;
  perform app_private.require_right('waitlist.edit');
  select id into v_offer_id from public.waitlist_offers
    where org_id = p_org_id and waitlist_id = p_waitlist_id and status = 'open';
  if v_offer_id is not null then
    v_offer := app_private.lock_offer(p_org_id, v_offer_id);
  end if;
  select * into v_row from public.waitlist where org_id = p_org_id and id = p_waitlist_id for update;
  if v_row.id is null then
    return app_private.refusal('WAITLIST_ENTRY_NOT_FOUND', 'We couldn’t find that entry on the waitlist. Reload the list.');
  end if;
  if v_row.removed_at is null and v_row.appointment_id is null then
    update public.waitlist set removed_at = clock_timestamp() where org_id = p_org_id and id = p_waitlist_id;
    perform app_private.audit_waitlist(p_org_id, 'waitlist.removed', p_waitlist_id, '{}', p_source, p_actor_id, p_request_id);
    if v_offer.status = 'open' then
      -- Giving the hold back ends the offer and frees the time for the next one.
      perform public.release_hold_atomic(p_org_id, v_offer.hold_id, null, p_source, p_actor_id, null, p_request_id);
    end if;
  end if;
  return jsonb_build_object('success', true);
end $$;
grant execute on function app_private.leave_waitlist to voxanne_tenant, voxanne_service, service_role;

-- In the transaction of the hold: offer, audit row and the order to text it, or nothing of the three and no hold.
create function app_private.offer_slot(p_org_id uuid, p_waitlist_id uuid, p_hold_id uuid) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_entry public.waitlist;
  v_hold public.appointments;
  v_org public.organizations;
  v_phone text;
  v_id uuid;
begin
  if not app_private.may_act_for(p_org_id) then
    return null;
  end if;
  perform app_private.require_right('waitlist.edit');
  select * into v_entry from public.waitlist where org_id = p_org_id and id = p_waitlist_id
    and removed_at is null and appointment_id is null for update;
  select * into v_hold from public.appointments where org_id = p_org_id and id = p_hold_id and status = 'held';
  select phone into v_phone from public.leads where org_id = p_org_id and id = v_entry.contact_id;
  if v_entry.id is null or v_hold.id is null or v_phone is null then
    return null;
  end if;
  insert into public.waitlist_offers
      (org_id, waitlist_id, contact_id, hold_id, provider_id, scheduled_at, expires_at)
    values (p_org_id, v_entry.id, v_entry.contact_id, v_hold.id, v_hold.provider_id, v_hold.scheduled_at,
      v_hold.hold_expires_at)
    on conflict do nothing
    returning id into v_id;
  if v_id is null then
    return null;
  end if;
  select * into v_org from public.organizations where id = p_org_id;
  perform app_private.enqueue(p_org_id, 'message.waitlist_offer', v_id::text,
    jsonb_build_object('offer_id', v_id, 'to', v_phone, 'organization_name', v_org.name,
      'time_zone', v_org.time_zone, 'scheduled_at', v_hold.scheduled_at, 'expires_at', v_hold.hold_expires_at));
  perform app_private.audit_waitlist(p_org_id, 'waitlist.offered', v_entry.id, jsonb_build_object('offer_id', v_id,
    'scheduled_at', v_hold.scheduled_at, 'provider_id', v_hold.provider_id, 'expires_at', v_hold.hold_expires_at),
    'system', null, null);
  return v_id;
end $$;
grant execute on function app_private.offer_slot to voxanne_tenant, voxanne_service, service_role;

-- The patient's answer; true for the first one while the offer is open. The booking itself, or the end of the hold,
-- follows in the same transaction.
create function app_private.answer_offer(
  p_org_id uuid, p_offer_id uuid, p_answer text, p_actor_id text, p_request_id text
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_offer public.waitlist_offers;
begin
  if not app_private.may_act_for(p_org_id) or p_answer not in ('accepted', 'declined') then
    return false;
  end if;
  perform app_private.require_right('waitlist.edit');
  v_offer := app_private.lock_offer(p_org_id, p_offer_id);
  if v_offer.id is null or v_offer.status <> 'open' or v_offer.expires_at <= clock_timestamp() then
    return false;
  end if;
  update public.waitlist_offers set status = p_answer, decided_at = clock_timestamp()
    where org_id = p_org_id and id = p_offer_id;
  if p_answer = 'accepted' then
    update public.waitlist set appointment_id = v_offer.hold_id where org_id = p_org_id and id = v_offer.waitlist_id;
  end if;
  perform app_private.audit_waitlist(p_org_id, 'waitlist.offer_' || p_answer, v_offer.waitlist_id,
    jsonb_build_object('offer_id', p_offer_id, 'scheduled_at', v_offer.scheduled_at), 'patient', p_actor_id, p_request_id);
  return true;
end $$;
grant execute on function app_private.answer_offer to voxanne_tenant, voxanne_service, service_role;
