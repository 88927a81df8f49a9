-- Whose a text is that comes in on the number that many clinics share. A clinic gets it for a relation of the person
-- who wrote: a booking, a call, an earlier text of theirs. That a clinic has written to a number makes no relation,
-- and neither does a contact: any clinic can do both.
--
-- Which clinic a patient is shown first, when they are asked, is nothing that a clinic can arrange. A call is what the
-- clinic's own secret reports, and a booking what its staff enter: neither proves that the patient did anything.

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
  names text[] not null default '{}',
  body text not null,
  status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'failed')),
  attempts integer not null default 0,
  attempted_at timestamptz,
  provider_id text,
  error_code text,
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
comment on column app_private.clinic_questions.names is
  'As the clinics were called when the question was made: a clinic that is renamed since is not what the patient read.';
comment on column app_private.clinic_questions.error_code is 'Why the provider refused the last attempt.';
create index clinic_questions_asked_at_idx on app_private.clinic_questions (coalesce(chosen_at, asked_at));
create index clinic_questions_open_idx on app_private.clinic_questions (asked_at)
  where status in ('queued', 'sending');

select app_private.protect_shared('app_private.held_texts');
grant select, insert, update, delete on app_private.held_texts to voxanne_service;
select app_private.protect_shared('app_private.clinic_questions');
grant select, insert, update, delete on app_private.clinic_questions to voxanne_service;

create function app_private.clinics_of_patient(p_phone text)
  returns table (org_id uuid, name text, phone text, certainty integer)
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  with relation as (
    select a.org_id, 0 as certainty
      from public.leads l join public.appointments a on a.org_id = l.org_id and a.contact_id = l.id
      where l.phone = p_phone and a.status <> 'held'
    union all
    select w.org_id, 0
      from public.leads l join public.waitlist w on w.org_id = l.org_id and w.contact_id = l.id
      where l.phone = p_phone
    union all
    select c.org_id, 0 from public.calls c where c.from_number = p_phone
    union all
    select m.org_id, case when m.by_answer then 2 else 0 end from public.messages m
      where m.from_address = p_phone and m.kind = 'inbound'
    union all
    -- A link counts where the one text that holds it went to this phone: a contact's phone can be changed afterwards.
    select m.org_id, 1
      from public.messages m join public.appointment_links l on l.org_id = m.org_id
        and l.appointment_id = m.appointment_id and m.dedupe_key = l.appointment_id || ':' || l.version
      where m.to_address = p_phone and m.kind = 'confirmation' and m.provider_id is not null
    union all
    select m.org_id, 1
      from public.messages m join public.waitlist_offers o on o.org_id = m.org_id
        and o.id = case when m.kind = 'waitlist_offer' then m.dedupe_key::uuid end
      where m.to_address = p_phone and m.provider_id is not null and o.status in ('accepted', 'declined')
  )
  select r.org_id, o.name, v.details ->> 'phone_number', max(r.certainty)
  from relation r
    join public.organizations o on o.id = r.org_id
    left join public.connections v on v.org_id = r.org_id and v.provider = 'vapi'
  group by r.org_id, o.name, v.details ->> 'phone_number'
$$;
comment on function app_private.clinics_of_patient is
  'The clinics that a person has to do with, in no order. certainty: 2 the person named the clinic when they were asked, 1 they used a link that was texted to them, 0 what a clinic can make up by itself.';
grant execute on function app_private.clinics_of_patient to voxanne_service, service_role;

create function app_private.clinics_of_text(p_patient text, p_receiver text, p_is_shared boolean)
  returns table (org_id uuid, name text, phone text, certainty integer)
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  with owner as materialized (
    select s.org_id from public.senders s where s.address = p_receiver and not p_is_shared),
  wrote as materialized (
    -- A number that changed hands, or that a messaging service chose: the person may be answering another clinic.
    select distinct m.org_id from public.messages m
    where m.to_address = p_patient and m.kind <> 'inbound' and m.status not in ('queued', 'failed')
      and (m.from_address = p_receiver or (m.from_address is null and not exists (select 1 from owner)))),
  person as materialized (
    select p.org_id, p.name, p.phone, p.certainty,
      p.org_id in (select w.org_id from wrote w) or case when exists (select 1 from owner)
        then p.org_id in (select o.org_id from owner o)
        else not exists (select 1 from public.senders s where s.org_id = p.org_id) end as writes_from_here
    from app_private.clinics_of_patient(p_patient) p)
  select p.org_id, p.name, p.phone, p.certainty from person p
  where p.writes_from_here
    -- On the number of many, of a person whose clinics all have numbers of their own.
    or (not exists (select 1 from owner) and not exists (select 1 from person here where here.writes_from_here))
$$;
comment on function app_private.clinics_of_text is
  'Whose a text may be: of the clinics that a person has to do with, those that text from the number written to. One: it is that one''s. Several: the person is asked. None: nobody''s. In no order.';
grant execute on function app_private.clinics_of_text to voxanne_service;
