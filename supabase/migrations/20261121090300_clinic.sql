-- What a clinic offers and whom it treats: providers, services, contacts.

create table public.providers (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 120),
  working_hours jsonb not null
    default '{"1":[["09:00","17:00"]],"2":[["09:00","17:00"]],"3":[["09:00","17:00"]],"4":[["09:00","17:00"]],"5":[["09:00","17:00"]]}',
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id)
);
comment on table public.providers is 'Somebody (or a room) that can be booked; one appointment at a time.';
comment on column public.providers.working_hours is
  'ISO weekday (1 Monday to 7 Sunday) to a list of [from, to] wall-clock times in the clinic''s time zone.';
create trigger touch before update on public.providers
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.providers');

create table public.services (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 80),
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  duration_minutes integer not null check (duration_minutes between 5 and 480),
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, slug)
);
comment on column public.services.slug is 'The service_type of the API and the tools.';
create trigger touch before update on public.services
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.services');

create table public.leads (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 120),
  phone text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  email text,
  status text not null default 'pending',
  name_key text generated always as (lower(regexp_replace(name, '[^[:alnum:]]+', '', 'g'))) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id)
);
comment on table public.leads is 'Contacts. A person is a name under a phone: families share one number.';
create unique index leads_person_idx on public.leads (org_id, phone, name_key);
create trigger touch before update on public.leads
  for each row execute function app_private.touch_updated_at();
select app_private.protect('public.leads');

create function app_private.create_clinic_defaults(p_org_id uuid, p_provider_name text) returns void
  language sql security definer set search_path = ''
  as $$
  insert into public.providers (org_id, name) values (p_org_id, p_provider_name);
  insert into public.services (org_id, name, slug, duration_minutes) values
    (p_org_id, 'Consultation', 'consultation', 30),
    (p_org_id, 'Follow-up', 'follow-up', 15);
$$;
revoke execute on function app_private.create_clinic_defaults from public;

create function app_private.calling_code(p_country text) returns text
  language sql immutable set search_path = ''
  as $$
  select code from (values
    ('1','AG AI AS BB BM BS CA DM DO GD GU JM KN KY LC MP MS PR SX TC TT US VC VG VI'), ('20','EG'),
    ('211','SS'), ('212','EH MA'), ('213','DZ'), ('216','TN'), ('218','LY'), ('220','GM'), ('221','SN'),
    ('222','MR'), ('223','ML'), ('224','GN'), ('225','CI'), ('226','BF'), ('227','NE'), ('228','TG'),
    ('229','BJ'), ('230','MU'), ('231','LR'), ('232','SL'), ('233','GH'), ('234','NG'), ('235','TD'),
    ('236','CF'), ('237','CM'), ('238','CV'), ('239','ST'), ('240','GQ'), ('241','GA'), ('242','CG'),
    ('243','CD'), ('244','AO'), ('245','GW'), ('246','IO'), ('247','AC'), ('248','SC'), ('249','SD'),
    ('250','RW'), ('251','ET'), ('252','SO'), ('253','DJ'), ('254','KE'), ('255','TZ'), ('256','UG'),
    ('257','BI'), ('258','MZ'), ('260','ZM'), ('261','MG'), ('262','RE YT'), ('263','ZW'), ('264','NA'),
    ('265','MW'), ('266','LS'), ('267','BW'), ('268','SZ'), ('269','KM'), ('27','ZA'), ('290','SH TA'),
    ('291','ER'), ('297','AW'), ('298','FO'), ('299','GL'), ('30','GR'), ('31','NL'), ('32','BE'),
    ('33','FR'), ('34','ES'), ('350','GI'), ('351','PT'), ('352','LU'), ('353','IE'), ('354','IS'),
    ('355','AL'), ('356','MT'), ('357','CY'), ('358','AX FI'), ('359','BG'), ('36','HU'), ('370','LT'),
    ('371','LV'), ('372','EE'), ('373','MD'), ('374','AM'), ('375','BY'), ('376','AD'), ('377','MC'),
    ('378','SM'), ('380','UA'), ('381','RS'), ('382','ME'), ('383','XK'), ('385','HR'), ('386','SI'),
    ('387','BA'), ('389','MK'), ('39','IT VA'), ('40','RO'), ('41','CH'), ('420','CZ'), ('421','SK'),
    ('423','LI'), ('43','AT'), ('44','GB GG IM JE'), ('45','DK'), ('46','SE'), ('47','NO SJ'), ('48','PL'),
    ('49','DE'), ('500','FK'), ('501','BZ'), ('502','GT'), ('503','SV'), ('504','HN'), ('505','NI'),
    ('506','CR'), ('507','PA'), ('508','PM'), ('509','HT'), ('51','PE'), ('52','MX'), ('53','CU'),
    ('54','AR'), ('55','BR'), ('56','CL'), ('57','CO'), ('58','VE'), ('590','BL GP MF'), ('591','BO'),
    ('592','GY'), ('593','EC'), ('594','GF'), ('595','PY'), ('596','MQ'), ('597','SR'), ('598','UY'),
    ('599','BQ CW'), ('60','MY'), ('61','AU CC CX'), ('62','ID'), ('63','PH'), ('64','NZ'), ('65','SG'),
    ('66','TH'), ('670','TL'), ('672','NF'), ('673','BN'), ('674','NR'), ('675','PG'), ('676','TO'),
    ('677','SB'), ('678','VU'), ('679','FJ'), ('680','PW'), ('681','WF'), ('682','CK'), ('683','NU'),
    ('685','WS'), ('686','KI'), ('687','NC'), ('688','TV'), ('689','PF'), ('690','TK'), ('691','FM'),
    ('692','MH'), ('7','KZ RU'), ('81','JP'), ('82','KR'), ('84','VN'), ('850','KP'), ('852','HK'),
    ('853','MO'), ('855','KH'), ('856','LA'), ('86','CN'), ('880','BD'), ('886','TW'), ('90','TR'),
    ('91','IN'), ('92','PK'), ('93','AF'), ('94','LK'), ('95','MM'), ('960','MV'), ('961','LB'),
    ('962','JO'), ('963','SY'), ('964','IQ'), ('965','KW'), ('966','SA'), ('967','YE'), ('968','OM'),
    ('970','PS'), ('971','AE'), ('972','IL'), ('973','BH'), ('974','QA'), ('975','BT'), ('976','MN'),
    ('977','NP'), ('98','IR'), ('992','TJ'), ('993','TM'), ('994','AZ'), ('995','GE'), ('996','KG'),
    ('998','UZ')
  ) as codes (code, countries)
  where p_country = any (string_to_array(countries, ' '))
$$;
comment on function app_private.calling_code(text) is 'ISO country to its calling code (ITU-T E.164, as libphonenumber lists them).';

create function app_private.normalize_phone(p_phone text, p_country text) returns text
  language plpgsql immutable set search_path = ''
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
  if v_phone !~ '^\+[1-9][0-9]{7,14}$' or (v_phone ~ '^\+1' and v_phone !~ '^\+1[2-9][0-9]{9}$') then
    return null;
  end if;
  return v_phone;
end $$;
comment on function app_private.normalize_phone is 'E.164, or null when it cannot be a phone. TypeScript decides first; this keeps plain SQL callers right.';

create function app_private.normalize_name(p_name text) returns text
  language sql immutable set search_path = ''
  as $$
  -- Mixed case is deliberate (McDonald, de la Cruz typed by a person) and stays; all-lower and ALL-CAPS words
  -- come from speech recognition and old systems.
  select nullif(string_agg(
    case when word = lower(word) or word = upper(word) then initcap(word) else word end, ' ' order by n), '')
  from regexp_split_to_table(
    btrim(regexp_replace(coalesce(p_name, ''), '[[:cntrl:][:space:]]+', ' ', 'g')), ' ') with ordinality as words (word, n)
  where word <> ''
$$;
revoke execute on function app_private.calling_code, app_private.normalize_phone, app_private.normalize_name from public;
