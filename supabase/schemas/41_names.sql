-- Names as people write them, and one way of comparing them. A person is a name under a phone: "María López", "Maria
-- Lopez" and "Lopez Maria" are one.

-- One word, given in small letters.
create function app_private.case_word(p_word text, p_first boolean) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_part text;
  v_sign text := '';
  v_before text := '';
  v_cased text := '';
begin
  for v_part in select m[1] from regexp_matches(p_word, '([^-‐‑''’ʼ‘.]+|[-‐‑''’ʼ‘.])', 'g') as m loop
    if v_part ~ '^[-‐‑''’ʼ‘.]$' then
      v_sign := v_part;
      v_cased := v_cased || v_part;
      continue;
    end if;
    v_cased := v_cased || case
      -- O'Neil and D'Angelo, but Sa'id and Ka'ahumanu.
      when v_sign ~ '[''’ʼ‘]' and not (v_before ~ '^[dlmno]$' and length(v_part) > 1) then v_part
      when v_cased = '' and not p_first and p_word like 'al-%' then v_part
      when v_part ~ '^mc[[:alpha:]]{2}' then 'Mc' || upper(substr(v_part, 3, 1)) || substr(v_part, 4)
      -- No rule for all of "Mac": Mackenzie, Macy and Machado are written so.
      when v_part in ('macarthur', 'macdonald', 'macdougall', 'macgregor', 'macleod', 'macmillan', 'macpherson')
        then 'Mac' || upper(substr(v_part, 4, 1)) || substr(v_part, 5)
      else upper(left(v_part, 1)) || substr(v_part, 2)
    end;
    v_before := v_part;
    v_sign := '';
  end loop;
  return v_cased;
end $$;

create function app_private.normalize_name(p_name text) returns text
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
comment on function app_private.normalize_name is
  'TypeScript decides first (titles, the letters of some countries); this keeps plain SQL callers right and leaves what is right alone.';

-- In PL/pgSQL, which keeps the plan: a function in SQL that names its search_path is read and planned at each use.
create function app_private.fold_letters(p_text text) returns text
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
comment on function app_private.fold_letters is
  'Small letters without accents and apostrophes, one space between words. The vowels of Hindi or Thai are letters. As foldedWords in TypeScript.';
grant execute on function app_private.fold_letters to voxanne_tenant;

create function app_private.in_two_letters(p_text text) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
begin
  return replace(replace(replace(replace(replace(lower(normalize(p_text, NFC)),
    'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ø', 'oe'), 'å', 'aa');
end $$;
comment on function app_private.in_two_letters is 'Mueller for Müller, Soerensen for Sørensen, Aase for Åse.';
grant execute on function app_private.in_two_letters to voxanne_tenant;

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

-- Patients are found by an index: with each of them is kept what a search can begin with.
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
-- The role that writes a row works out its column.
grant execute on function app_private.search_keys to voxanne_tenant;
