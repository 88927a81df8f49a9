-- Whom a clinic treats. The table has the name that the original specification gave it; code says contact.

create table public.leads (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 120),
  title text check (length(title) between 1 and 40),
  name_raw text check (length(name_raw) <= 200),
  phone text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  phone_raw text check (length(phone_raw) <= 200),
  phone_extension text check (length(phone_extension) between 1 and 20),
  phone_flag text check (phone_flag in ('unassigned')),
  phone_source text check (phone_source in ('caller_id', 'spoken', 'staff')),
  phone_verified_at timestamptz,
  email text,
  proposed_email text check (length(proposed_email) <= 254),
  status text not null default 'pending' check (status in ('pending', 'active', 'archived')),
  notes text check (length(notes) <= 2000),
  search_keys tsvector generated always as (app_private.search_keys(org_id, name, email)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id)
);
comment on table public.leads is 'Contacts. A person is a name under a phone: families share one number.';
comment on column public.leads.status is 'pending: nobody of the clinic has looked at this contact yet.';
comment on column public.leads.title is
  '"Dr.", "Mrs."; not part of the name, so that a person is found with and without it.';
comment on column public.leads.name_raw is 'As it was given, where more than case and punctuation was changed.';
comment on column public.leads.phone_flag is
  'unassigned: the number is possible, but no operator gives out numbers like it. Kept, and to be asked again.';
comment on column public.leads.proposed_email is 'What a later caller said against the address on file. Staff decide.';
comment on column public.leads.phone_source is
  'Null for numbers that came before this was kept, and for those of programs.';
comment on column public.leads.phone_verified_at is
  'When the telephone network last showed that this person calls from it.';
comment on column public.leads.search_keys is 'What a search can begin with; read by app_private.contacts_found.';
create index leads_search_idx on public.leads using gin (search_keys) with (fastupdate = off);
create index leads_org_name_idx on public.leads (org_id, name, id);
create index leads_phone_idx on public.leads (phone) where phone is not null;
create index leads_org_phone_idx on public.leads (org_id, phone);
select app_private.protect('public.leads');
grant update (name, phone, email, status, title, name_raw, phone_raw, phone_extension, phone_flag, proposed_email,
    notes, phone_source, phone_verified_at)
  on public.leads to voxanne_tenant;
grant select (id, org_id, name, phone, email, status, created_at, updated_at, title, phone_extension, phone_flag)
  on public.leads to authenticated;
create policy member on public.leads for select to authenticated
  using (org_id = (select app_private.org_id_with_right('patients.read')));
select app_private.protect_changes('public.leads', 'patients.edit');

create trigger leads_touch before update on public.leads
  for each row execute function app_private.touch_updated_at();
create trigger leads_clean_name before insert or update of name on public.leads
  for each row execute function app_private.keep_name_visible();
create trigger leads_clean_title before insert or update of title on public.leads
  for each row execute function app_private.keep_title_visible();

create function app_private.flag_phone() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  new.phone_flag := app_private.phone_flag(new.phone);
  return new;
end $$;

create trigger leads_flag_phone before insert or update of phone on public.leads
  for each row execute function app_private.flag_phone();

create function app_private.contact_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.emit(new.org_id, 'contact.updated', jsonb_build_object('contact_id', new.id));
  return null;
end $$;

-- A new contact comes with its appointment, which has an event of its own.
create trigger leads_emit_event after update on public.leads for each row
  when ((old.name, old.title, old.phone, old.phone_extension, old.phone_flag, old.email, old.proposed_email, old.status, old.notes)
    is distinct from
    (new.name, new.title, new.phone, new.phone_extension, new.phone_flag, new.email, new.proposed_email, new.status, new.notes))
  execute function app_private.contact_changed();

create function app_private.lock_person(p_org_id uuid, p_phone text) returns void
  language sql set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
  as $$ select pg_advisory_xact_lock(hashtextextended(p_org_id::text || ':person:' || p_phone, 0)) $$;
comment on function app_private.lock_person is
  'Until the end of the transaction nobody else adds, renames or books for a contact of that phone.';
grant execute on function app_private.lock_person to voxanne_tenant;

create function app_private.find_person(p_org_id uuid, p_phone text, p_name text) returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select id from public.leads
  where org_id = p_org_id and phone = p_phone and app_private.is_same_name(name, p_name)
  order by created_at, id limit 1
$$;
comment on function app_private.find_person is
  'The oldest, where one person has two contacts from before this was checked. Only sure under lock_person.';

create function app_private.upsert_contact(p_org_id uuid, p_name text, p_phone text, p_email text) returns uuid
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
comment on function app_private.upsert_contact is
  'Fills blanks, overwrites nothing: a voice may mishear what staff typed. Another e-mail address becomes a proposal.';

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

-- After the triggers that clean the name, by the order of their names.
create trigger leads_keep_one_person before insert or update of name, phone on public.leads
  for each row execute function app_private.keep_one_person();

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
grant execute on function app_private.contacts_found to voxanne_tenant;
