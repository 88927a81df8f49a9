-- One way of comparing names. A person is a name under a phone: "María López", "Maria Lopez" and "Lopez Maria" are one.

create function app_private.fold_letters(p_text text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
  select btrim(regexp_replace(normalize(replace(replace(replace(replace(translate(
    lower(regexp_replace(normalize(translate(p_text, $q$'’‘ʻʼ`´ـ$q$, ''), NFKD),
      '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]',
      '', 'g')),
    'øđðłħıςىیکة', 'oddlhiσييكه'), 'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'), 'þ', 'th'), NFC),
    '[ .,\-‐‑–·・()"“”&/]+', ' ', 'g'))
$$;
comment on function app_private.fold_letters is
  'Small letters without accents and apostrophes, one space between words. The vowels of Hindi or Thai are letters. As foldedWords in TypeScript.';

create function app_private.in_two_letters(p_text text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
  select replace(replace(replace(replace(replace(lower(normalize(p_text, NFC)),
    'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ø', 'oe'), 'å', 'aa')
$$;
comment on function app_private.in_two_letters is 'Mueller for Müller, Soerensen for Sørensen, Aase for Åse.';

create function app_private.name_spellings(p_name text) returns text[]
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
declare
  v_line text;
  v_words text[];
  v_count integer;
  v_generation text;
  v_plain text;
  v_spellings text[] := '{}';
begin
  foreach v_line in array array[app_private.fold_letters(p_name), app_private.fold_letters(app_private.in_two_letters(p_name))]
  loop
    v_words := string_to_array(v_line, ' ');
    v_count := coalesce(cardinality(v_words), 0);
    continue when v_count = 0 or v_line = '';
    v_generation := '|';
    if v_count > 1 and v_words[v_count] in ('jr', 'sr', 'junior', 'senior', 'ii', 'iii', 'iv', '2nd', '3rd', '4th') then
      v_generation := '|' || case v_words[v_count] when 'junior' then 'jr' when 'senior' then 'sr'
        when '2nd' then 'ii' when '3rd' then 'iii' when '4th' then 'iv' else v_words[v_count] end;
      v_count := v_count - 1;
      v_words := v_words[1:v_count];
    end if;
    v_plain := array_to_string(v_words, '') || v_generation;
    v_spellings := v_spellings || v_plain;
    if v_count > 1 then
      v_spellings := v_spellings
        || array(select '~' || array_to_string(v_words[n:v_count] || v_words[1:n - 1], '') || v_generation
          from generate_series(1, v_count) as n)
        || ('~' || array_to_string(array(select w from unnest(v_words) as w order by w collate "C"), '') || v_generation);
    end if;
  end loop;
  return v_spellings;
end $$;
comment on function app_private.name_spellings is
  'How a name can be written without spaces: as it is said, and from two words on beginning with any of them, or sorted.';

create function app_private.is_same_name(p_one text, p_other text) returns boolean
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$ select app_private.name_spellings(p_one) && app_private.name_spellings(p_other) $$;
comment on function app_private.is_same_name is
  'Case, accents, apostrophes, hyphens, spaces and the order of the words aside. As isSameName in TypeScript, which takes titles off too.';

-- Order of locks: the appointment's row, the providers by id, the person, the contact's row, the clinic's event stream.
create function app_private.lock_person(p_org_id uuid, p_phone text) returns void
  language sql set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$ select pg_advisory_xact_lock(hashtextextended(p_org_id::text || ':person:' || p_phone, 0)) $$;
comment on function app_private.lock_person is
  'Until the end of the transaction nobody else adds, renames or books for a contact of that phone.';

create function app_private.find_person(p_org_id uuid, p_phone text, p_name text) returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select id from public.leads
  where org_id = p_org_id and phone = p_phone and app_private.is_same_name(name, p_name)
  order by created_at, id limit 1
$$;
comment on function app_private.find_person is 'The oldest where there are twins from before they were one. Only sure under lock_person.';

create or replace function app_private.upsert_contact(p_org_id uuid, p_name text, p_phone text, p_email text) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
declare
  v_id uuid;
begin
  perform app_private.lock_person(p_org_id, p_phone);
  v_id := app_private.find_person(p_org_id, p_phone, p_name);
  if v_id is null then
    insert into public.leads (org_id, name, phone, email) values (p_org_id, p_name, p_phone, p_email) returning id into v_id;
  else
    update public.leads as l set
        email = coalesce(l.email, p_email),
        proposed_email = case when p_email <> l.email then p_email else l.proposed_email end
      where l.id = v_id and p_email is not null and (l.email is null or p_email <> l.email);
  end if;
  return v_id;
end $$;

create function app_private.keep_one_person() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  if new.phone is null or tg_op = 'UPDATE' and (new.name, new.phone) is not distinct from (old.name, old.phone) then
    return new;
  end if;
  perform app_private.lock_person(new.org_id, new.phone);
  if exists (
    select 1 from public.leads l
    where l.org_id = new.org_id and l.phone = new.phone and l.id <> new.id and app_private.is_same_name(l.name, new.name)) then
    raise exception 'this person is a contact of this clinic already'
      using errcode = 'unique_violation', table = 'leads', constraint = 'leads_one_person';
  end if;
  return new;
end $$;
-- After the triggers that clean the name.
create trigger one_person before insert or update of name, phone on public.leads
  for each row execute function app_private.keep_one_person();

drop index public.leads_person_idx;
alter table public.leads drop column name_key;
create index leads_org_phone_idx on public.leads (org_id, phone);

revoke execute on function app_private.fold_letters, app_private.in_two_letters, app_private.name_spellings, app_private.is_same_name,
  app_private.lock_person, app_private.find_person, app_private.keep_one_person from public;
grant execute on function app_private.fold_letters, app_private.in_two_letters, app_private.lock_person to voxanne_tenant;

-- "Mr and Mrs Smith" stays as it is.
create or replace function app_private.normalize_name(p_name text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_words text[];
  v_mixed boolean;
  v_count integer;
  v_word text;
  v_lower text;
  v_before text := '';
  v_name text := '';
begin
  -- Bidirectional and zero-width characters can turn a name around on a screen.
  v_words := array_remove(string_to_array(regexp_replace(
    regexp_replace(normalize(coalesce(p_name, ''), nfc), '[[:cntrl:][:space:]\u00a0]+', ' ', 'g'),
    '[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', '', 'g'), ' '), '');
  v_count := cardinality(v_words);
  v_mixed := exists (select 1 from unnest(v_words) as w where w <> lower(w) and w <> upper(w));
  for i in 1 .. v_count loop
    v_word := v_words[i];
    v_lower := lower(v_word);
    v_name := v_name || case when i > 1 then ' ' else '' end || case
      -- Mixed case is deliberate and stays, and beside it two capitals are initials ("TJ Smith"). Words all in
      -- small letters or in CAPITALS come from speech recognition and old systems. Georgian names have no capitals.
      when (v_word <> v_lower and v_word <> upper(v_word)) or v_word ~ '[\u10d0-\u10ff]' then v_word
      when v_mixed and length(v_word) = 2 and v_word <> v_lower then v_word
      when i > 1 and v_lower in ('ii', 'iii', 'iv') then upper(v_word)
      when i > 1 and i < v_count and (
          replace(v_lower, '’', '''') in ('de', 'del', 'da', 'das', 'do', 'dos', 'du', 'von', 'ter', 'ten', 'vom', 'zu',
            'zur', 'zum', 'bin', 'bint', 'ibn', 's/o', 'd/o', 'and', '''t')
          or (v_lower = 'y' and i > 2)
          or (v_lower in ('la', 'der', 'den') and v_before in ('de', 'van', 'von', 'aus'))
          -- "Nguyen Van Anh": there it is a name of one's own.
          or (v_lower = 'van' and v_before not in ('nguyen', 'nguyễn', 'tran', 'trần', 'le', 'lê', 'pham', 'phạm',
            'hoang', 'hoàng', 'huynh', 'huỳnh', 'phan', 'vu', 'vũ', 'vo', 'võ', 'dang', 'đặng', 'bui', 'bùi', 'do', 'đỗ',
            'ho', 'hồ', 'ngo', 'ngô', 'duong', 'dương', 'ly', 'lý')))
        then v_lower
      else app_private.case_word(v_lower, i = 1)
    end;
    v_before := v_lower;
  end loop;
  return nullif(v_name, '');
end $$;
