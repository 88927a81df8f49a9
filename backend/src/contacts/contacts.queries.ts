import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';
import type { ContactDetails } from './clean-contact.ts';
import { TEXTS_OF_CONTACT, WHY_NO_TEXT } from './texts.queries.ts';

/** As much of a key as `app_private.search_keys` keeps. */
const MAX_KEY = 60;

const SUMMARY = [
  'l.id',
  'l.name',
  'l.title',
  'l.phone',
  'l.phone_extension',
  'l.phone_flag',
  'l.email',
  'l.status',
  'l.created_at',
  'l.updated_at',
] as const;
const DETAIL = [...SUMMARY, 'l.notes', 'l.name_raw', 'l.phone_raw', 'l.proposed_email'] as const;

const contacts = (db: Db, orgId: string, now: Date) =>
  db
    .selectFrom('leads as l')
    .where('l.org_id', '=', orgId)
    .select([WHY_NO_TEXT.as('why_no_text'), TEXTS_OF_CONTACT.as('texts')])
    .select((eb) =>
      eb
        .selectFrom('appointments as a')
        .whereRef('a.org_id', '=', 'l.org_id')
        .whereRef('a.contact_id', '=', 'l.id')
        .where('a.status', 'in', ['pending', 'confirmed'])
        .where('a.scheduled_at', '>', now)
        .select((of) => of.fn.min('a.scheduled_at').as('at'))
        .as('next_appointment_at'),
    );

/** What was typed into a search: words of a name or an email address, or digits of a phone number. */
export interface Search {
  /** All of them are looked for. */
  words: {
    /** What begins with it in an email address, as it was typed. */
    typed: string;
    /** What begins in a name with it, folded: "obrien" for O'Brien. */
    names: string[];
  }[];
  /** Part of the number in E.164. */
  digits: string | undefined;
}

export interface ContactFilter extends Search {
  now: Date;
  status: string | undefined;
}

/** By name. Only for digits are a clinic's own contacts read through: parts of numbers have no index. */
export function listContacts(db: Db, orgId: string, filter: ContactFilter, { after, limit }: Page) {
  let query = contacts(db, orgId, filter.now)
    .select(SUMMARY)
    .select('l.name as at')
    .orderBy('l.name')
    .orderBy('l.id')
    .limit(limit);
  if (filter.words.length > 0) query = query.where(isFound(orgId, filter.words));
  if (filter.digits !== undefined) query = query.where('l.phone', 'like', `%${filter.digits}%`);
  if (filter.status !== undefined) query = query.where('l.status', '=', filter.status);
  if (after !== undefined) {
    query = query.where(sql<SqlBool>`(l.name, l.id) > (${after.at}, ${after.id}::uuid)`);
  }
  return query.execute();
}

/** The numbers of all patients who are found by these words: part of another query, as they can be a whole clinic's. */
export const numbersOf = (
  db: Db,
  orgId: string,
  words: Search['words'],
): Expression<{ phone: string | null }> =>
  db
    .selectFrom('leads as l')
    .select('l.phone')
    .where('l.org_id', '=', orgId)
    .where('l.phone', 'is not', null)
    .where(isFound(orgId, words));

/**
 * By an index over what names and email addresses begin with; see `app_private.search_keys`. As an array, because the
 * planner would rather read all patients in order and look each one up among those found.
 */
const isFound = (orgId: string, words: Search['words']): RawBuilder<SqlBool> =>
  sql<SqlBool>`l.id = any (array(
    select app_private.contacts_found(${orgId}, ${searchOf(orgId, words)}::tsquery)))`;

/** @returns a tsquery. Every word is found, or "o brien" in O’Brien as one word. */
function searchOf(orgId: string, words: Search['words']): string {
  const key = (text: string) => {
    const begins = Array.from(text).slice(0, MAX_KEY).join('');
    return `'${orgId.slice(-8)}:${begins.replace(/['\\]/g, '\\$&')}':*`;
  };
  const each = words.map(({ typed, names }) =>
    names.length === 0
      ? key(typed.toLowerCase())
      : `(${names.map(key).join(' & ')} | ${key(typed.toLowerCase())})`,
  );
  const joined = words.flatMap(({ names }) => names).join('');
  return joined === '' ? each.join(' & ') : `(${each.join(' & ')}) | ${key(joined)}`;
}

export type ContactSummaryRow = Omit<Awaited<ReturnType<typeof listContacts>>[number], 'at'>;

export function findContact(db: Db, orgId: string, id: string, now: Date) {
  return contacts(db, orgId, now).select(DETAIL).where('l.id', '=', id).executeTakeFirst();
}

/** Locked until the transaction ends, so that the audit log tells what was really there before. */
export function lockContact(db: Db, orgId: string, id: string) {
  return db
    .selectFrom('leads')
    .select([
      'name',
      'title',
      'name_raw',
      'phone',
      'phone_extension',
      'phone_flag',
      'phone_raw',
      'email',
      'proposed_email',
      'status',
      'notes',
    ])
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export type ContactColumns = NonNullable<Awaited<ReturnType<typeof lockContact>>>;

export async function updateContact(
  db: Db,
  orgId: string,
  id: string,
  changes: Partial<ContactColumns> & { phone_source?: 'staff'; phone_verified_at?: null },
): Promise<void> {
  await db.updateTable('leads').set(changes).where('org_id', '=', orgId).where('id', '=', id).execute();
}

/** The contacts with a number, oldest first. */
export const contactsOfPhone = (db: Db, orgId: string, phone: string) =>
  db
    .selectFrom('leads')
    .select(['id', 'name'])
    .where('org_id', '=', orgId)
    .where('phone', '=', phone)
    .orderBy('created_at')
    .execute();

/** Before its row: a booking for that contact takes the locks in this order, too. */
export async function lockPersonOf(db: Db, orgId: string, id: string): Promise<void> {
  await sql`select app_private.lock_person(org_id, phone) from leads
    where org_id = ${orgId} and id = ${id} and phone is not null`.execute(db);
}

const givenOf = (more: Partial<ContactDetails>) => Object.entries(more).filter(([, value]) => value !== null);

/** Whether there is anything to fill in; most contacts have nothing of it. */
export const hasDetails = (more: ContactDetails): boolean => givenOf(more).length > 0;

/** The clinic's numbers that only machines answer, as `app_private.clinic_rules` has them. */
export async function linesOf(db: Db, orgId: string): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select details ->> 'phone_number' as line from connections
    where org_id = ${orgId} and details ->> 'phone_number' is not null`.execute(db);
  return rows.map(({ line }) => line);
}

/**
 * What the booking function has no room for: fills blanks, overwrites nothing. Only where the telephone network shows
 * the number, that is worth more than who said or typed it.
 */
export async function fillMissingDetails(
  db: Db,
  orgId: string,
  id: string,
  { phone_source: source, ...more }: ContactDetails,
): Promise<void> {
  await db
    .updateTable('leads')
    .set((eb) => ({
      ...Object.fromEntries(
        givenOf(more).map(([column, value]) => [
          column,
          eb.fn.coalesce(eb.ref(column as keyof typeof more), eb.val(value)),
        ]),
      ),
      ...(source === 'spoken' && { phone_source: eb.fn.coalesce('phone_source', eb.val(source)) }),
      ...(source === 'caller_id' && { phone_source: source, phone_verified_at: sql<Date>`now()` }),
    }))
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute();
}
