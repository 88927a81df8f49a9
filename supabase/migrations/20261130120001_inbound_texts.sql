-- Whose a text is that comes in on the number that many clinics share. A clinic gets it for a relation of the person
-- who wrote: a booking, a call, an earlier text of theirs. That a clinic has written to a number makes no relation,
-- and neither does a contact: any clinic can do both.

create index leads_phone_idx on public.leads (phone) where phone is not null;
create index calls_from_number_idx on public.calls (from_number) where from_number is not null;
create index messages_inbound_idx on public.messages (from_address, created_at) where kind = 'inbound';

create function app_private.clinics_of_patient(p_phone text)
  returns table (org_id uuid, name text, by_patient boolean, last_at timestamptz)
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  with relation as (
    select a.org_id, false as by_patient, a.created_at as at
      from public.leads l join public.appointments a on a.org_id = l.org_id and a.contact_id = l.id
      where l.phone = p_phone and a.status <> 'held'
    union all
    select w.org_id, false, w.created_at
      from public.leads l join public.waitlist w on w.org_id = l.org_id and w.contact_id = l.id
      where l.phone = p_phone
    union all
    select c.org_id, true, c.created_at from public.calls c where c.from_number = p_phone
    union all
    select m.org_id, true, m.created_at from public.messages m
      where m.from_address = p_phone and m.kind = 'inbound'
  )
  select r.org_id, o.name, bool_or(r.by_patient), max(r.at)
  from relation r join public.organizations o on o.id = r.org_id
  group by r.org_id, o.name
  -- What the patient did stands before what a clinic may have entered by itself.
  order by bool_or(r.by_patient) desc, max(r.at) desc, r.org_id
$$;
comment on function app_private.clinics_of_patient is
  'The clinics that a person has to do with. A clinic can make up a relation, so that several mean a question to the person, never a guess.';
revoke execute on function app_private.clinics_of_patient from public;
grant execute on function app_private.clinics_of_patient to voxanne_service, service_role;

create table app_private.held_texts (
  sid text primary key,
  patient text not null,
  receiver text not null,
  channel text not null check (channel in ('sms', 'whatsapp')),
  body text,
  received_at timestamptz not null default clock_timestamp()
);
comment on table app_private.held_texts is
  'Texts of people who have to do with several clinics, until they have said which one they mean. No clinic can read them.';
comment on column app_private.held_texts.body is
  'Null once the words were handed over, or were the answer to our question. The row stays so that a repeat is known.';
create index held_texts_waiting_idx on app_private.held_texts (patient, receiver, channel, received_at)
  where body is not null;
create index held_texts_received_at_idx on app_private.held_texts (received_at);

create table app_private.clinic_questions (
  id uuid primary key default gen_random_uuid(),
  patient text not null,
  receiver text not null,
  channel text not null check (channel in ('sms', 'whatsapp')),
  clinics uuid[] not null,
  body text not null,
  status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'failed')),
  attempts integer not null default 0,
  attempted_at timestamptz,
  provider_id text,
  asked_at timestamptz not null default clock_timestamp(),
  chosen_org_id uuid references public.organizations (id) on delete cascade,
  chosen_at timestamptz,
  unique (patient, receiver, channel),
  check ((chosen_org_id is null) = (chosen_at is null))
);
comment on table app_private.clinic_questions is
  'Which clinic do you mean? One row a person and number: the question, its answer, and until when the answer counts.';
comment on column app_private.clinic_questions.clinics is 'In the order of their numbers in the question.';
comment on column app_private.clinic_questions.status is
  'sending is committed before the provider is called: found so, the provider is asked before anything is sent again.';
create index clinic_questions_asked_at_idx on app_private.clinic_questions (coalesce(chosen_at, asked_at));

-- Not app_private.protect(): these rows belong to no organization, and no signed-in user may see them.
do $$
declare
  t text;
begin
  foreach t in array array['held_texts', 'clinic_questions'] loop
    execute format('alter table app_private.%I enable row level security', t);
    execute format('alter table app_private.%I force row level security', t);
    execute format('create policy service on app_private.%I for all to voxanne_service using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on app_private.%I to voxanne_service', t);
  end loop;
end $$;
