-- Whom a clinic may text by hand, and how often. Only its contacts and its owner: the sender is one that the patients of
-- every clinic know. The rule and the limit stand where the text is queued, so that people and their programs cannot go
-- without them; our own texts (confirmations, reminders) are written by voxanne_service and are not counted.

-- Numbers that no patient has and that charge the sender: premium rate, satellite, international networks, and
-- ranges that fraud uses. TypeScript also knows the premium and shared-cost ranges of each country.
create function app_private.is_charged_number(p_phone text) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select p_phone ~ '^\+(1900|37281|4470|800|808|87|88[1-57-9]|979|991)' $$;
revoke execute on function app_private.is_charged_number from public;

create or replace function app_private.normalize_phone(p_phone text, p_country text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_code text := coalesce(app_private.calling_code(p_country), '1');
  v_text text := regexp_replace(regexp_replace(lower(coalesce(p_phone, '')), '(ext\.?|x|#).*$', ''),
    -- "+49 (0)30" shows the trunk zero to callers inside the country; only Italy's zero belongs to the number.
    '^([^0-9]*(\+|00)(?!\s*39)[^(]*)\(0\)', '\1');
  v_digits text := regexp_replace(v_text, '[^0-9]', '', 'g');
  v_phone text;
begin
  if v_text ~ '[a-z]' then
    return null;
  end if;
  v_phone := case
    when v_text ~ '^[^0-9]*\+' then '+' || v_digits
    when v_code = '1' and v_digits ~ '^1[0-9]{10}$' then '+' || v_digits
    when v_code = '1' and v_digits ~ '^011' then '+' || substr(v_digits, 4)
    when v_code = '1' then '+1' || v_digits
    when v_digits ~ '^00' then '+' || substr(v_digits, 3)
    when p_country in ('IT', 'VA', 'SM') then '+' || v_code || v_digits
    else '+' || v_code || regexp_replace(v_digits, '^0', '')
  end;
  -- Mexico dropped the 1 before mobile numbers in 2019; old address books still have it.
  v_phone := regexp_replace(v_phone, '^\+521([0-9]{10})$', '+52\1');
  -- A number that is possible but not assigned is kept: refusing it would lose the patient.
  if v_phone !~ '^\+[1-9][0-9]{7,14}$' or (v_phone ~ '^\+1' and v_phone !~ '^\+1[2-9][0-9]{9}$')
     or app_private.is_charged_number(v_phone) then
    return null;
  end if;
  return v_phone;
end $$;

create index messages_direct_idx on public.messages (org_id, created_at) where kind = 'direct';

create function app_private.queue_direct_text(
    p_org_id uuid, p_to text, p_from text, p_body text, p_key text,
    p_new_days integer, p_new_per_hour integer, p_new_per_day integer, p_per_hour integer, p_per_day integer)
  returns table (outcome text, message_id uuid, retry_after_s integer)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
declare
  v_org public.organizations;
  v_id uuid;
  v_is_new boolean;
  v_free_at timestamptz;
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  -- One at a time for each clinic: the count below holds, in however many processes.
  perform pg_advisory_xact_lock(hashtextextended('direct text:' || p_org_id::text, 0));
  select m.id into v_id from public.messages m where m.org_id = p_org_id and m.kind = 'direct' and m.dedupe_key = p_key;
  if found then
    return query select 'queued', v_id, null::integer;
    return;
  end if;
  select * into strict v_org from public.organizations o where o.id = p_org_id;
  if v_org.phone is distinct from p_to
    and not exists (select 1 from public.leads l where l.org_id = p_org_id and l.phone = p_to) then
    return query select 'NOT_A_CONTACT', null::uuid, null::integer;
    return;
  end if;
  v_is_new := v_org.created_at > clock_timestamp() - p_new_days * interval '1 day';
  -- The window is full as long as its oldest text that counts has not left it.
  select max(w.free_at) into v_free_at from (
    (select m.created_at + interval '1 hour' as free_at from public.messages m
      where m.org_id = p_org_id and m.kind = 'direct' and m.created_at > clock_timestamp() - interval '1 hour'
      order by m.created_at desc offset case when v_is_new then p_new_per_hour else p_per_hour end - 1 limit 1)
    union all
    (select m.created_at + interval '1 day' from public.messages m
      where m.org_id = p_org_id and m.kind = 'direct' and m.created_at > clock_timestamp() - interval '1 day'
      order by m.created_at desc offset case when v_is_new then p_new_per_day else p_per_day end - 1 limit 1)) w;
  if v_free_at is not null then
    return query select 'TOO_MANY_TEXTS', null::uuid,
      greatest(1, ceil(extract(epoch from v_free_at - clock_timestamp())))::integer;
    return;
  end if;
  insert into public.messages (org_id, to_address, from_address, body, kind, dedupe_key, created_at)
    values (p_org_id, p_to, p_from, p_body, 'direct', p_key, clock_timestamp())
    returning id into v_id;
  insert into public.outbox (org_id, topic, key, payload)
    values (p_org_id, 'message.send', v_id::text, jsonb_build_object('message_id', v_id::text));
  return query select 'queued', v_id, null::integer;
end $$;
comment on function app_private.queue_direct_text is
  'The one way in which people and their programs queue a text. Our own texts, written by voxanne_service, pass by here: a confirmation is never lost to a limit.';
revoke execute on function app_private.queue_direct_text from public;
grant execute on function app_private.queue_direct_text to voxanne_tenant;
