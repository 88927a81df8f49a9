-- Which clinic a patient is shown first, when they are asked, is nothing that a clinic can arrange. A call is what the
-- clinic's own secret reports, and a booking what its staff enter: neither proves that the patient did anything.

alter table public.messages add column by_answer boolean not null default false;
comment on column public.messages.by_answer is
  'The patient named this clinic when they were asked which one they mean.';

drop function app_private.clinics_of_patient(text);
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
revoke execute on function app_private.clinics_of_patient from public;
grant execute on function app_private.clinics_of_patient to voxanne_service, service_role;

alter table app_private.clinic_questions
  add column names text[] not null default '{}',
  add column error_code text;
comment on column app_private.clinic_questions.names is
  'As the clinics were called when the question was made: a clinic that is renamed since is not what the patient read.';
comment on column app_private.clinic_questions.error_code is 'Why the provider refused the last attempt.';
create index clinic_questions_open_idx on app_private.clinic_questions (asked_at)
  where status in ('queued', 'sending');
