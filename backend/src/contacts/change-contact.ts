import type { ContactPatch } from '@voxanne/contract';
import { type Database, sqlState } from '../platform/database.ts';
import { findClinic, type Tenant, writeAudit } from '../tenancy/index.ts';
import { cleanEmail, cleanName, cleanPhone, flagOf, refuseOwnLine } from './clean-contact.ts';
import { contactErrors } from './contacts.errors.ts';
import {
  type ContactColumns,
  contactsOfPhone,
  linesOf,
  lockContact,
  lockPersonOf,
  updateContact,
} from './contacts.queries.ts';
import { isSameName } from './same-name.ts';

/**
 * Changes a contact, by the same rules as a booking; audited in the same transaction.
 * @throws {AppError} INVALID_NAME, INVALID_PHONE, INVALID_EMAIL (400), CONTACT_NOT_FOUND (404), CONTACT_EXISTS (409).
 */
export async function changeContact(
  database: Database,
  tenant: Tenant,
  contactId: string,
  patch: ContactPatch,
  requestId: string,
): Promise<void> {
  const { orgId } = tenant;
  let person: { name: string; phone: string | null } | undefined;
  try {
    await database.withTenant(tenant, async (db) => {
      const { country } = await findClinic(db, orgId);
      await lockPersonOf(db, orgId, contactId);
      const before = await lockContact(db, orgId, contactId);
      if (!before) throw contactErrors.notFound();
      const lines = patch.phone === undefined ? [] : await linesOf(db, orgId);
      const wanted = columnsOf(patch, before, { country, lines });
      const names = (Object.keys(wanted) as (keyof ContactColumns)[]).filter(
        (name) => wanted[name] !== before[name],
      );
      if (names.length === 0) return;
      const after: Partial<ContactColumns> = Object.fromEntries(names.map((name) => [name, wanted[name]]));
      person = { ...before, ...after };
      // A new number flags itself as far as SQL can tell; what this knows better is written after it.
      const { phone_flag, ...rest } = after;
      const typed = after.phone === undefined ? {} : TYPED;
      await updateContact(db, orgId, contactId, { ...rest, ...typed });
      if (wanted.phone !== undefined) {
        await updateContact(db, orgId, contactId, { phone_flag: wanted.phone_flag ?? null });
      }
      // That log is forever: it says which fields, never their values.
      await writeAudit(db, {
        action: 'contact.changed',
        objectId: contactId,
        after: { fields: names.toSorted() },
        requestId,
      });
    });
  } catch (error) {
    if (sqlState(error) !== '23505' || !person?.phone) throw error;
    const { name, phone } = person;
    const contacts = await database.withTenant(tenant, (db) => contactsOfPhone(db, orgId, phone));
    const same = contacts.find((one) => one.id !== contactId && isSameName(one.name, name));
    throw contactErrors.samePerson(same?.id);
  }
}

const TYPED = { phone_source: 'staff', phone_verified_at: null } as const;

function columnsOf(
  patch: ContactPatch,
  before: ContactColumns,
  { country, lines }: { country: string; lines: string[] },
): Partial<ContactColumns> {
  return {
    ...(patch.name === undefined ? {} : nameColumns(patch.name, before.name, country)),
    ...(patch.title === undefined ? {} : { title: orNull(patch.title ?? '') }),
    ...(patch.phone === undefined ? {} : phoneColumns(patch.phone, country, lines)),
    ...(patch.proposed_email === undefined ? {} : { proposed_email: null }),
    ...(patch.email === undefined ? {} : { email: cleanEmail(patch.email), proposed_email: null }),
    ...(patch.status === undefined ? {} : { status: patch.status }),
    ...(patch.notes === undefined ? {} : { notes: orNull(patch.notes ?? '') }),
  };
}

function nameColumns(text: string, current: string, country: string): Partial<ContactColumns> {
  const { name, title } = cleanName(text, country);
  // A change of case alone is on purpose: "bell hooks".
  const deliberate = text.toLowerCase() === current.toLowerCase();
  return { name: deliberate ? text : name, name_raw: null, ...(title === null ? {} : { title }) };
}

function phoneColumns(text: string, country: string, lines: string[]): Partial<ContactColumns> {
  const phone = cleanPhone(text, country);
  refuseOwnLine(phone, lines);
  return {
    phone: phone.e164,
    phone_extension: phone.extension,
    phone_flag: flagOf(phone),
    phone_raw: null,
  };
}

const orNull = (text: string): string | null => (text === '' ? null : text);
