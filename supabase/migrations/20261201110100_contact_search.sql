-- Patients are found by an index: with each of them is kept what a search can begin with. Before, every key that was
-- pressed folded the names of all patients of the clinic anew.

-- In PL/pgSQL their plan is kept: a function in SQL that names its search_path is read and planned at each use.
create or replace function app_private.fold_letters(p_text text) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
begin
  return btrim(regexp_replace(normalize(replace(replace(replace(replace(translate(
    lower(regexp_replace(normalize(translate(p_text, $q$'’‘ʻʼ`´ـ$q$, ''), NFKD),
      '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]',
      '', 'g')),
    'øđðłħıςىیکة', 'oddlhiσييكه'), 'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'), 'þ', 'th'), NFC),
    '[ .,\-‐‑–·・()"“”&/]+', ' ', 'g'));
end $$;

create or replace function app_private.in_two_letters(p_text text) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
begin
  return replace(replace(replace(replace(replace(lower(normalize(p_text, NFC)),
    'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ø', 'oe'), 'å', 'aa');
end $$;

create function app_private.search_keys(p_org_id uuid, p_name text, p_email text) returns tsvector
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
declare
  -- The clinic comes first, so that a search reads no other clinic's part of the index.
  v_clinic text := right(p_org_id::text, 8) || ':';
  v_plain text[] := string_to_array(app_private.fold_letters(p_name), ' ');
  v_in_two text[] := string_to_array(app_private.fold_letters(app_private.in_two_letters(p_name)), ' ');
  v_address text[] := regexp_split_to_array(lower(p_email), '(?<=[@._+-])');
  v_keys text[] := '{}';
begin
  for n in 1 .. coalesce(cardinality(v_plain), 0) loop
    v_keys := v_keys || (v_clinic || left(array_to_string(v_plain[n:], ''), 60));
  end loop;
  if v_in_two <> v_plain then
    for n in 1 .. cardinality(v_in_two) loop
      v_keys := v_keys || (v_clinic || left(array_to_string(v_in_two[n:], ''), 60));
    end loop;
  end if;
  for n in 1 .. coalesce(cardinality(v_address), 0) loop
    v_keys := v_keys || (v_clinic || left(array_to_string(v_address[n:], ''), 60));
  end loop;
  return array_to_tsvector(v_keys);
end $$;
comment on function app_private.search_keys is
  'From each word of a name to its end, folded and without spaces ("delacruz", "lacruz" and "cruz" for "de la Cruz"), and from each part of an e-mail address.';
revoke execute on function app_private.search_keys from public;
-- The role that writes a row works out its column.
grant execute on function app_private.search_keys to voxanne_tenant;

alter table public.leads add column search_keys tsvector
  generated always as (app_private.search_keys(org_id, name, email)) stored;
comment on column public.leads.search_keys is 'What a search can begin with; read by app_private.contacts_found.';
create index leads_search_idx on public.leads using gin (search_keys) with (fastupdate = off);

-- As its owner: under row-level security no operator for texts may look into an index.
create function app_private.contacts_found(p_org_id uuid, p_search tsquery) returns setof uuid
  language plpgsql stable security definer rows 100
  set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan
  as $$
begin
  if not app_private.may_act_for(p_org_id) then
    raise exception 'not this organization' using errcode = 'insufficient_privilege';
  end if;
  return query select l.id from public.leads l where l.org_id = p_org_id and l.search_keys @@ p_search;
end $$;
comment on function app_private.contacts_found is 'The patients of a clinic whose name or e-mail address a search means.';
revoke execute on function app_private.contacts_found from public;
grant execute on function app_private.contacts_found to voxanne_tenant;
