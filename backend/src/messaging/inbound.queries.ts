import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Clinic } from './clinic-names.ts';

/** How long an answer counts, and how long a question that got none is not asked again. */
const CHOICE_COUNTS = sql`interval '24 hours'`;
const QUESTION_COUNTS = sql`interval '7 days'`;

/** A person and the number of ours that they wrote to. */
export interface Correspondence {
  patient: string;
  receiver: string;
  channel: 'sms' | 'whatsapp';
}

export interface InboundText extends Correspondence {
  sid: string;
  body: string;
}

export interface Question {
  id: string;
  clinics: string[];
  /** Their names when the question was made; missing for questions from before names were stored. */
  names: string[];
  body: string;
  status: 'queued' | 'sending' | 'sent' | 'failed';
  attempts: number;
  /** Not answered, and not so old that it would be asked again. */
  is_open: boolean;
  /** Which clinic the answer named, as long as it counts. */
  chosen_org_id: string | null;
}

/** Texts of one person to one number are decided one after the other, in whichever process. */
export async function lockCorrespondence(db: Db, { patient, receiver }: Correspondence): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('inbound:' || ${patient} || ':' || ${receiver}, 0))`.execute(
    db,
  );
}

export interface PatientsClinic extends Clinic {
  /** 2: named when the person was asked; 1: a link that was texted to them was used; 0: a clinic can make it up. */
  certainty: number;
}

/**
 * The clinics that a person has to do with and that text from the number written to, in no order.
 * @param shared - Numbers of the deployment, which are nobody's alone.
 */
export async function clinicsOfText(
  db: Db,
  { patient, receiver }: Correspondence,
  shared: readonly string[],
): Promise<PatientsClinic[]> {
  const { rows } = await sql<PatientsClinic>`
    select org_id as id, name, phone, certainty
    from app_private.clinics_of_text(${patient}, ${receiver}, ${shared.includes(receiver)}::boolean)`.execute(
    db,
  );
  return rows;
}

/**
 * What was asked, and what of it counts. A choice ends early when another of the person's clinics has texted them
 * since: what they write then may be the answer to that.
 */
export async function findQuestion(db: Db, of: Correspondence): Promise<Question | undefined> {
  const { rows } = await sql<Question>`
    select q.id, q.clinics, q.names, q.body, q.status, q.attempts,
      q.chosen_at is null and q.status <> 'failed' and q.asked_at > clock_timestamp() - ${QUESTION_COUNTS} as is_open,
      case when q.chosen_at > clock_timestamp() - ${CHOICE_COUNTS} and not exists (
        select 1 from messages m
        where m.to_address = ${of.patient} and m.created_at > q.chosen_at and m.kind <> 'inbound'
          and m.org_id <> q.chosen_org_id and m.status not in ('queued', 'failed')
      ) then q.chosen_org_id end as chosen_org_id
    from app_private.clinic_questions q
    where q.patient = ${of.patient} and q.receiver = ${of.receiver} and q.channel = ${of.channel}`.execute(
    db,
  );
  return rows[0];
}

/** Asks again; what was asked and answered before is over. */
export async function putQuestion(
  db: Db,
  of: Correspondence,
  question: Pick<Question, 'clinics' | 'names' | 'body'>,
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into app_private.clinic_questions as q (patient, receiver, channel, clinics, names, body)
    values (${of.patient}, ${of.receiver}, ${of.channel}, ${question.clinics}::uuid[], ${question.names}::text[],
      ${question.body})
    on conflict (patient, receiver, channel) do update set
      clinics = excluded.clinics, names = excluded.names, body = excluded.body, error_code = null, status = 'queued', attempts = 0, attempted_at = null,
      provider_id = null, asked_at = clock_timestamp(), chosen_org_id = null, chosen_at = null
    returning q.id`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('The question could not be kept.');
  return row.id;
}

export async function keepChoice(db: Db, questionId: string, orgId: string): Promise<void> {
  await sql`
    update app_private.clinic_questions set chosen_org_id = ${orgId}, chosen_at = clock_timestamp(), status = 'sent'
    where id = ${questionId}`.execute(db);
}

/** @returns false for a text that is known: held, handed over, an answer, or already with a clinic. */
export async function holdText(db: Db, text: InboundText): Promise<boolean> {
  const { rows } = await sql`
    insert into app_private.held_texts (sid, patient, receiver, channel, body)
    select ${text.sid}, ${text.patient}, ${text.receiver}, ${text.channel}, ${text.body}
    where not exists (select 1 from messages where provider_id = ${text.sid} or (kind = 'inbound' and dedupe_key = ${text.sid}
      and from_address = ${text.patient}))
    on conflict (sid) do nothing
    returning 1`.execute(db);
  return rows.length > 0;
}

/** The words are no longer needed: they answered our question, or belong to no clinic. */
export async function forgetWords(db: Db, sid: string): Promise<void> {
  await sql`update app_private.held_texts set body = null where sid = ${sid}`.execute(db);
}

/** Hands what was waiting to the chosen clinic, as it came: all of it, or one text. */
export async function releaseTexts(
  db: Db,
  of: Correspondence,
  orgId: string,
  { only = null, byAnswer = false }: { only?: string | null; byAnswer?: boolean } = {},
): Promise<void> {
  await sql`
    with given as (
      update app_private.held_texts h set body = null
      from (select sid, body as words from app_private.held_texts
        where patient = ${of.patient} and receiver = ${of.receiver} and channel = ${of.channel} and body is not null
          and (${only}::text is null or sid = ${only})
        for update) as waiting
      where h.sid = waiting.sid
      returning h.sid, waiting.words, h.received_at)
    insert into messages (org_id, to_address, from_address, channel, status, body, kind, dedupe_key, provider_id,
      created_at, by_answer)
    select ${orgId}::uuid, ${of.receiver}, ${of.patient}, ${of.channel}, 'received', words, 'inbound', sid, sid, received_at,
      ${byAnswer}
    from given order by received_at
    on conflict do nothing`.execute(db);
}

/** "STOP" ends the texts of every clinic on this number, so each of them hears it. */
export async function recordForEachClinic(db: Db, text: InboundText, orgIds: string[]): Promise<void> {
  await sql`
    insert into messages (org_id, to_address, from_address, channel, status, body, kind, dedupe_key)
    select org_id, ${text.receiver}, ${text.patient}, ${text.channel}, 'received', ${text.body}, 'inbound', ${text.sid}
    from unnest(${orgIds}::uuid[]) as org_id
    on conflict do nothing`.execute(db);
}

/** Does nothing for a repeat: its SID is there, with this clinic or anywhere else. */
export async function insertInbound(db: Db, orgId: string, text: InboundText): Promise<void> {
  await sql`
    insert into messages (org_id, to_address, from_address, channel, status, body, kind, dedupe_key, provider_id)
    select ${orgId}::uuid, ${text.receiver}, ${text.patient}, ${text.channel}, 'received', ${text.body}, 'inbound',
      ${text.sid}, ${text.sid}
    where not exists (select 1 from app_private.held_texts where sid = ${text.sid})
    on conflict do nothing`.execute(db);
}

export interface QuestionToSend extends Question, Correspondence {
  /** Since the last attempt, by the database's clock. */
  idle_ms: number | null;
  age_ms: number;
  attempted_at: Date | null;
}

export async function readQuestion(db: Db, id: string): Promise<QuestionToSend | undefined> {
  const { rows } = await sql<QuestionToSend>`
    select id, patient, receiver, channel, clinics, names, body, status, attempts, attempted_at,
      chosen_at is null as is_open, chosen_org_id,
      (extract(epoch from clock_timestamp() - attempted_at) * 1000)::float8 as idle_ms,
      (extract(epoch from clock_timestamp() - asked_at) * 1000)::float8 as age_ms
    from app_private.clinic_questions where id = ${id}`.execute(db);
  return rows[0];
}

/** Committed before the request to Twilio. @returns false when someone else has it. */
export async function claimQuestion(db: Db, seen: Pick<Question, 'id' | 'attempts'>): Promise<boolean> {
  const { rows } = await sql`
    update app_private.clinic_questions
    set status = 'sending', attempts = attempts + 1, attempted_at = clock_timestamp()
    where id = ${seen.id} and attempts = ${seen.attempts} and status in ('queued', 'sending') and chosen_at is null
    returning 1`.execute(db);
  return rows.length > 0;
}

export async function markQuestion(
  db: Db,
  seen: Pick<Question, 'id' | 'attempts'>,
  status: Question['status'],
  { sid = null, code = null }: { sid?: string | null; code?: string | null } = {},
): Promise<void> {
  await sql`
    update app_private.clinic_questions
    set status = ${status}, provider_id = coalesce(${sid}, provider_id), error_code = ${code}
    where id = ${seen.id} and attempts = ${seen.attempts} and chosen_at is null`.execute(db);
}
