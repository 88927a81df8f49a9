import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** Whose row a genuine link names; as the workers' role, because the link is what proves it. */
export async function clinicOfAppointment(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('appointments').select('org_id').where('id', '=', id).executeTakeFirst();
  return row?.org_id;
}

export async function clinicOfOffer(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('waitlist_offers').select('org_id').where('id', '=', id).executeTakeFirst();
  return row?.org_id;
}

/** The name of a service, also of one that is not offered anymore. */
export async function serviceName(db: Db, orgId: string, slug: string): Promise<string> {
  const row = await db
    .selectFrom('services')
    .select('name')
    .where('org_id', '=', orgId)
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row?.name ?? slug;
}

export function useOfLink(db: Db, orgId: string, appointmentId: string, version: number) {
  return db
    .selectFrom('appointment_links')
    .select(['action', 'undone_at', 'made_version'])
    .where('org_id', '=', orgId)
    .where('appointment_id', '=', appointmentId)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** The number that the text with this link went to; undefined where no such text was kept. */
export async function addressOfLink(
  db: Db,
  orgId: string,
  appointmentId: string,
  version: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('messages')
    .select('to_address')
    .where('org_id', '=', orgId)
    .where('kind', '=', 'confirmation')
    .where('dedupe_key', '=', `${appointmentId}:${version}`)
    .executeTakeFirst();
  return row?.to_address;
}

interface LinkOfAppointment {
  orgId: string;
  appointmentId: string;
  version: number;
}

/** @returns false when it was used before, or belongs to another version. */
export async function spendLink(
  db: Db,
  link: LinkOfAppointment,
  action: 'moved' | 'cancelled',
): Promise<boolean> {
  const { rows } = await sql<{ spent: boolean }>`
    select app_private.spend_link(${link.orgId}, ${link.appointmentId}, ${link.version}, ${action}) as spent`.execute(
    db,
  );
  return rows[0]?.spent === true;
}

/** @returns false when the last change of the appointment was not made by this link. */
export async function takeBackLink(db: Db, link: LinkOfAppointment): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select app_private.take_back_link(${link.orgId}, ${link.appointmentId}, ${link.version}) as taken`.execute(
    db,
  );
  return rows[0]?.taken === true;
}
