-- Who has said STOP gets no text, and nobody promises them one. The carrier keeps what was said for each number that
-- texts leave from, so we do too: with a number that many clinics share, STOP ends the texts of all of them.

create table app_private.stopped_numbers (
  phone text not null,
  sender text not null,
  stopped boolean not null,
  said_at timestamptz not null,
  primary key (phone, sender)
);
comment on table app_private.stopped_numbers is
  'The last word of a person about texts from a number: STOP or START. Of no clinic; read by app_private.why_no_text alone.';
comment on column app_private.stopped_numbers.sender is
  'A number that one clinic alone texts from; shared: the sender of the deployment.';
comment on column app_private.stopped_numbers.said_at is
  'When it was said: what comes late, or is handled again, changes nothing that was said since.';
alter table app_private.stopped_numbers enable row level security;
alter table app_private.stopped_numbers force row level security;
create policy owner on app_private.stopped_numbers for all to current_user using (true) with check (true);

create function app_private.keep_word(
  p_phone text, p_sender text, p_is_shared boolean, p_stopped boolean, p_said_at timestamptz, p_only_lifts boolean
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_sender text := coalesce((select s.address from public.senders s where s.address = p_sender and not p_is_shared), 'shared');
  v_contact record;
begin
  if p_only_lifts and not exists (
    select 1 from app_private.stopped_numbers n where n.phone = p_phone and n.sender = v_sender and n.stopped) then
    return;
  end if;
  insert into app_private.stopped_numbers as n (phone, sender, stopped, said_at)
    values (p_phone, v_sender, p_stopped, p_said_at)
    on conflict (phone, sender) do update set stopped = excluded.stopped, said_at = excluded.said_at
      where n.said_at < excluded.said_at;
  if not found then
    return;
  end if;
  for v_contact in
    select l.org_id, l.id from public.leads l
    where l.phone = p_phone
      and coalesce((select s.address from public.senders s where s.org_id = l.org_id), 'shared') = v_sender
    order by l.org_id
  loop
    perform app_private.emit(v_contact.org_id, 'contact.updated', jsonb_build_object('contact_id', v_contact.id));
  end loop;
end $$;
comment on function app_private.keep_word is
  'STOP or START, from the person or as the carrier has it. p_only_lifts: a word such as YES, which means START to someone who has stopped and is a plain answer otherwise.';
grant execute on function app_private.keep_word to voxanne_service;

create function app_private.why_no_text(p_org_id uuid, p_phone text) returns text
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  if p_phone is null then
    return 'NO_PHONE';
  end if;
  if exists (
    select 1 from app_private.stopped_numbers n
    where n.phone = p_phone and n.stopped
      and n.sender = coalesce((select s.address from public.senders s where s.org_id = p_org_id), 'shared')) then
    return 'STOPPED';
  end if;
  -- By the carrier's last word about the number; our own verdicts say nothing of it.
  if (select m.error_code = any (array['21211', '21614', '30006']) from public.messages m
      where m.to_address = p_phone and m.org_id = p_org_id and m.kind <> 'inbound'
        and (m.status = 'delivered' or (m.status in ('failed', 'undelivered') and m.error_code ~ '^[0-9]{5}$'))
      order by m.created_at desc limit 1) then
    return 'CANNOT_RECEIVE';
  end if;
  return null;
end $$;
comment on function app_private.why_no_text is
  'The one place that decides whether a text may go to a number: null when it may. Asked before a text is promised, and again in the statement that claims it for sending.';
grant execute on function app_private.why_no_text to voxanne_tenant, voxanne_service;
