-- What is known of a contact besides name, phone and e-mail address, and names as people write them.

alter table public.leads
  add column title text check (length(title) between 1 and 40),
  add column name_raw text check (length(name_raw) <= 200),
  add column phone_raw text check (length(phone_raw) <= 200),
  add column phone_extension text check (length(phone_extension) between 1 and 20),
  add column phone_flag text check (phone_flag in ('unassigned')),
  add column proposed_email text check (length(proposed_email) <= 254),
  add column notes text check (length(notes) <= 2000),
  add check (status in ('pending', 'active', 'archived'));
comment on column public.leads.status is 'pending: nobody of the clinic has looked at this contact yet.';
comment on column public.leads.title is '"Dr.", "Mrs."; not part of the name, so that a person is found with and without it.';
comment on column public.leads.name_raw is 'As it was given, where more than case and punctuation was changed.';
comment on column public.leads.phone_flag is
  'unassigned: the number is possible, but no operator gives out numbers like it. Kept, and to be asked again.';
comment on column public.leads.proposed_email is 'What a later caller said against the address on file. Staff decide.';
create index leads_org_name_idx on public.leads (org_id, name, id);
grant update (name, title, name_raw, phone, phone_raw, phone_extension, phone_flag, email, proposed_email, status, notes)
  on public.leads to authenticated;

create function app_private.phone_flag(p_phone text) returns text
  language sql immutable set search_path = ''
  as $$
  select 'unassigned'::text
  where p_phone ~ '^\+1[0-9]{10}$' and substr(p_phone, 3, 3) <> all (regexp_split_to_array('201 202 203 204 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 226 227 228 229 231
    234 235 236 239 240 242 246 248 249 250 251 252 253 254 256 257 260 262 263 264 267 268 269 270 272 273 274
    276 279 281 283 284 289 301 302 303 304 305 306 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323
    324 325 326 327 329 330 331 332 334 336 337 339 340 341 343 345 346 347 350 351 352 353 354 360 361 363 364
    365 367 368 369 380 382 385 386 401 402 403 404 405 406 407 408 409 410 412 413 414 415 416 417 418 419 423
    424 425 428 430 431 432 434 435 437 438 440 441 442 443 445 447 448 450 458 463 464 468 469 470 472 473 474
    475 478 479 480 484 500 501 502 503 504 505 506 507 508 509 510 512 513 514 515 516 517 518 519 520 521 522
    523 524 525 526 527 528 529 530 531 532 533 534 539 540 541 544 548 551 557 559 561 562 563 564 566 567 570
    571 572 573 574 575 577 579 580 581 582 584 585 586 587 588 600 601 602 603 604 605 606 607 608 609 610 612
    613 614 615 616 617 618 619 620 622 623 626 628 629 630 631 633 636 639 640 641 645 646 647 649 650 651 656
    657 658 659 660 661 662 664 667 669 670 671 672 678 680 681 682 683 684 686 689 701 702 703 704 705 706 707
    708 709 712 713 714 715 716 717 718 719 720 721 724 725 726 727 728 730 731 732 734 737 738 740 742 743 747
    748 753 754 757 758 760 762 763 765 767 769 770 771 772 773 774 775 778 779 780 781 782 784 785 786 787 800
    801 802 803 804 805 806 807 808 809 810 812 813 814 815 816 817 818 819 820 821 825 826 828 829 830 831 832
    833 835 838 839 840 843 844 845 847 848 849 850 854 855 856 857 858 859 860 862 863 864 865 866 867 868 869
    870 872 873 876 877 878 879 888 900 901 902 903 904 905 906 907 908 909 910 912 913 914 915 916 917 918 919
    920 925 928 929 930 931 934 936 937 938 939 940 941 942 943 945 947 948 949 951 952 954 956 959 970 971 972
    973 975 978 979 980 983 984 985 986 989', '\s+'))
$$;
comment on function app_private.phone_flag is
  'The area codes of North America that are in use, as libphonenumber lists them. The rest of the world is judged in TypeScript.';
update public.leads set phone_flag = app_private.phone_flag(phone) where app_private.phone_flag(phone) is not null;

create function app_private.flag_phone() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  new.phone_flag := app_private.phone_flag(new.phone);
  return new;
end $$;
create trigger flag_phone before insert or update of phone on public.leads
  for each row execute function app_private.flag_phone();

create function app_private.contact_changed() returns trigger
  language plpgsql security definer set search_path = ''
  as $$
begin
  perform app_private.emit(new.org_id, 'contact.updated', jsonb_build_object('contact_id', new.id));
  return null;
end $$;
-- A new contact comes with its appointment, which has an event of its own.
create trigger changed after update on public.leads for each row
  when ((old.name, old.title, old.phone, old.phone_extension, old.phone_flag, old.email, old.proposed_email, old.status, old.notes)
    is distinct from
    (new.name, new.title, new.phone, new.phone_extension, new.phone_flag, new.email, new.proposed_email, new.status, new.notes))
  execute function app_private.contact_changed();

create or replace function app_private.upsert_contact(p_org_id uuid, p_name text, p_phone text, p_email text) returns uuid
  language sql set search_path = ''
  as $$
  insert into public.leads as l (org_id, name, phone, email) values (p_org_id, p_name, p_phone, p_email)
  on conflict (org_id, phone, name_key) do update set
    email = coalesce(l.email, excluded.email),
    proposed_email = case when excluded.email <> l.email then excluded.email else l.proposed_email end
  returning id
$$;
comment on function app_private.upsert_contact is
  'Fills blanks, overwrites nothing: a voice may mishear what staff typed. Another e-mail address becomes a proposal.';

-- One word, given in small letters.
create function app_private.case_word(p_word text, p_first boolean) returns text
  language plpgsql immutable set search_path = ''
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

create or replace function app_private.normalize_name(p_name text) returns text
  language plpgsql immutable set search_path = ''
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
            'zur', 'zum', 'bin', 'bint', 'ibn', 's/o', 'd/o', '''t')
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
revoke execute on function app_private.phone_flag, app_private.flag_phone, app_private.contact_changed,
  app_private.case_word from public;
