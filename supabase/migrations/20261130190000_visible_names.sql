-- Names stand in texts, in calendar files and on screens, and come in through more doors than the API: the metadata of a
-- sign-up, PostgREST, plain SQL. Wherever they come from, they are one line with nothing invisible in it.

create function app_private.visible_line(p_text text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
    pg_catalog.normalize(p_text, 'NFC'),
    '[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'),
    '[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ue000-\uf8ff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]', '', 'g'),
    ' +', ' ', 'g'))
$$;
comment on function app_private.visible_line is
  'One line without what cannot be seen; the same rule as visibleLine in packages/contract. Zero-width joiners stay: Persian and emoji need them.';

create function app_private.keep_name_visible() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  new.name := app_private.visible_line(new.name);
  -- Elsewhere the table's check refuses an empty name; a sign-up must not lose its clinic over it.
  if new.name = '' and tg_table_name = 'organizations' and tg_op = 'INSERT' then
    new.name := 'New clinic';
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

do $$
declare
  t text;
begin
  foreach t in array array['organizations', 'providers', 'services', 'leads'] loop
    execute pg_catalog.format('update public.%I set name = app_private.visible_line(name)
      where name <> app_private.visible_line(name) and app_private.visible_line(name) <> ''''', t);
    execute pg_catalog.format('create trigger a_name_visible before insert or update of name on public.%I
      for each row execute function app_private.keep_name_visible()', t);
  end loop;
  foreach t in array array['time_off', 'leads'] loop
    execute pg_catalog.format('update public.%I set title = app_private.visible_line(title)
      where title <> app_private.visible_line(title) and app_private.visible_line(title) <> ''''', t);
    execute pg_catalog.format('create trigger a_title_visible before insert or update of title on public.%I
      for each row execute function app_private.keep_title_visible()', t);
  end loop;
end $$;
revoke execute on function app_private.visible_line, app_private.keep_name_visible, app_private.keep_title_visible from public;
grant execute on function app_private.visible_line to voxanne_tenant, voxanne_service, service_role;
