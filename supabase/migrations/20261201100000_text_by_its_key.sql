-- Each of the two ways to name a text has its index. A key that is no id, as an owner may have typed it, finds nothing.

create or replace function app_private.text_of_outgoing(p_row public.outbox) returns public.messages
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_text public.messages;
begin
  if (p_row).topic = 'message.send' then
    if pg_input_is_valid((p_row).key, 'uuid') then
      select * into v_text from public.messages m where m.org_id = (p_row).org_id and m.id = (p_row).key::uuid;
    end if;
  elsif (p_row).topic like 'message.%' then
    select * into v_text from public.messages m
      where m.org_id = (p_row).org_id and m.kind = substr((p_row).topic, 9) and m.dedupe_key = (p_row).key;
  end if;
  return v_text;
end $$;
