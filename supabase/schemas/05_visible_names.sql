-- What is drawn as nothing, or as accents on nothing, is no name; and a clinic's name stands in texts, where it must not be
-- read as a web address, as a numbered choice or as a word that the carrier acts on.

create function app_private.visible_line(p_text text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
    pg_catalog.normalize(p_text, 'NFC'),
    '[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'),
    '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]', '', 'g'),
    '^[ \u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]+$', '', ''),
    ' +', ' ', 'g'))
$$;
comment on function app_private.visible_line is
  'One line without what cannot be seen; the same rule as visibleLine in packages/contract. Zero-width joiners stay: Persian and emoji need them.';
grant execute on function app_private.visible_line to voxanne_tenant, voxanne_service, service_role;

create function app_private.keep_name_visible() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_text text;
  v_misleads boolean := false;
begin
  new.name := app_private.visible_line(new.name);
  -- A name from before this rule stays as it is until a person changes it.
  if tg_table_name = 'organizations' and (tg_op = 'INSERT' or new.name is distinct from old.name) then
    v_text := pg_catalog.lower(pg_catalog.normalize(new.name, 'NFKC'));
    v_misleads := v_text ~ 'https?://|(^|[^a-z0-9])www\.|[a-z0-9-]\.[a-z]{2,24}(:[0-9]+)?[/?#]'
      or v_text ~ '^[(\[]?[0-9]{1,2} ?([.:)\]]|-( |$)|$)|^[12] '
      or pg_catalog.regexp_replace(v_text, '^[^a-z]+|[^a-z]+$', '', 'g') = any (array['stop', 'stopall', 'unsubscribe',
        'cancel', 'end', 'quit', 'revoke', 'optout', 'start', 'unstop', 'help', 'info', 'yes', 'no', 'confirm']);
  end if;
  if tg_table_name = 'organizations' and tg_op = 'INSERT' and (new.name = '' or v_misleads) then
    -- A sign-up must not lose its clinic over its name.
    new.name := 'New clinic';
  elsif v_misleads then
    raise exception 'this name would be misread in a text message' using errcode = '23514';
  end if;
  return new;
end $$;

create function app_private.keep_title_visible() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.title := app_private.visible_line(new.title);
  return new;
end $$;
