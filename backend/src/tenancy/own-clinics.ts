import type { MyOrganization, OrganizationCreate, Role } from '@voxanne/contract';
import type { Person } from '../identity/index.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import { guessCountry } from '../platform/phone.ts';
import { checkedPhone, checkedTimeZone } from './clinic-facts.ts';
import { activateClinic as activate, clinicsOf, createClinic as create } from './own-clinics.queries.ts';
import { done } from './team-refusal.ts';

/** The clinics of a person, oldest membership first. The active one is what this session or token is for. */
export async function listOwnClinics(database: Database, person: Person): Promise<MyOrganization[]> {
  const rows = await database.serviceStatement(clinicsOf(person.userId));
  const active = rows.find(({ id }) => id === person.claimedOrgId) ?? rows[0];
  return rows.map((row) => ({ ...row, role: row.role as Role, is_active: row === active }));
}

/**
 * Creates a clinic that the person owns and works in from then on.
 * @throws {AppError} INVALID_PHONE, INVALID_TIME_ZONE (400), INVITATION_REQUIRED (403), TOO_MANY_CLINICS (409), or why the
 * operator's link is no good.
 */
export async function createOwnClinic(
  database: Database,
  person: Person,
  asked: OrganizationCreate,
  requestId: string,
): Promise<MyOrganization> {
  const timeZone = asked.time_zone === undefined ? undefined : checkedTimeZone(asked.time_zone);
  // A number without its country says nothing. The clinic's says more than the owner's, which may be from abroad.
  const phone = [asked.public_phone, asked.phone].find((typed) => typed?.startsWith('+'));
  const country = guessCountry({ ...(phone ? { phone } : {}), ...(timeZone ? { timeZone } : {}) }) ?? 'US';
  const phoneOf = (name: 'phone' | 'public_phone') =>
    asked[name] ? checkedPhone(name, asked[name], country) : undefined;
  const facts = {
    organization_name: asked.name,
    phone: phoneOf('phone'),
    public_phone: phoneOf('public_phone'),
    time_zone: timeZone,
    country,
  };
  const tokenHash = asked.invitation === undefined ? null : sha256(asked.invitation);
  const [row] = await database.serviceStatement(create(person.userId, facts, tokenHash, requestId));
  const { org_id: id } = done(row?.answer);
  const made = (await listOwnClinics(database, { ...person, claimedOrgId: id })).find((one) => one.id === id);
  if (!made) throw new Error('The new clinic couldn’t be read.');
  return made;
}

/**
 * The clinic that the person works in from now on: the session at once, the next token.
 * @throws {AppError} ORG_NOT_FOUND (404), CLINIC_NOT_ACTIVATED (409).
 */
export async function activateOwnClinic(database: Database, person: Person, orgId: string): Promise<void> {
  const [row] = await database.serviceStatement(activate(person.userId, orgId));
  done(row?.answer);
}
