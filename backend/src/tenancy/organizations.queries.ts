import { type RawBuilder, sql } from 'kysely';
import { type Database, type Db, queryIn } from '../platform/database.ts';
import { notAMember } from './not-a-member.ts';

const COLUMNS = [
  'id',
  'name',
  'phone',
  'public_phone',
  'time_zone',
  'country',
  'booking_horizon_days',
  'calendar_policy',
  'message_retention_days',
  'requests_per_hour',
  'own_requests_per_hour',
  'require_second_factor',
  'created_at',
] as const;

const USES_GOOGLE = sql<boolean>`calendar_declined_at is null`.as('uses_google_calendar');

export interface OrganizationChanges {
  name?: string;
  phone?: string | null;
  public_phone?: string | null;
  time_zone?: string;
  country?: string;
  calendar_policy?: string;
  uses_google_calendar?: boolean;
  booking_horizon_days?: number;
  message_retention_days?: number | null;
  own_requests_per_hour?: number | null;
}

/** @throws {AppError} NOT_A_MEMBER (403) where it is gone; who it was is believed for a moment longer. */
export function findOrganization(db: Db, orgId: string) {
  return db
    .selectFrom('organizations')
    .select(COLUMNS)
    .select(USES_GOOGLE)
    .where('id', '=', orgId)
    .executeTakeFirstOrThrow(notAMember);
}

export type OrganizationRow = Awaited<ReturnType<typeof findOrganization>>;

const EXAMPLES = 3;

/** Upcoming appointments that would show at another hour: how many, and when the first begin. */
export async function appointmentsMovedByZone(
  db: Db,
  orgId: string,
  zones: { from: string; to: string },
): Promise<{ count: number; first: Date[] }> {
  const { rows } = await sql<{ count: number; scheduled_at: Date }>`
    select count(*) over ()::int as count, scheduled_at from appointments
    where org_id = ${orgId} and scheduled_at > now() and status not in ('cancelled', 'completed', 'no_show')
      and scheduled_at at time zone ${zones.from} <> scheduled_at at time zone ${zones.to}
    order by scheduled_at limit ${EXAMPLES}`.execute(db);
  return { count: rows[0]?.count ?? 0, first: rows.map((row) => row.scheduled_at) };
}

export function updateOrganization(
  db: Db,
  orgId: string,
  { uses_google_calendar: usesGoogle, ...changes }: OrganizationChanges,
): Promise<OrganizationRow> {
  return db
    .updateTable('organizations')
    .set({
      ...changes,
      ...(usesGoogle === undefined ? {} : { calendar_declined_at: usesGoogle ? null : sql<Date>`now()` }),
    })
    .where('id', '=', orgId)
    .returning(COLUMNS)
    .returning(USES_GOOGLE)
    .executeTakeFirstOrThrow();
}

/** What nearly every request needs to know about its clinic. */
export interface ClinicForBooking {
  name: string;
  time_zone: string;
  country: string;
  booking_horizon_days: number;
}

export interface Clinic extends ClinicForBooking {
  /** The owner's, which patients don't see. */
  phone: string | null;
  public_phone: string | null;
}

const readClinic = (orgId: string): RawBuilder<Clinic> =>
  sql`select name, time_zone, country, booking_horizon_days, phone, public_phone
    from organizations where id = ${orgId}`;

function theOne([clinic]: Clinic[]): Clinic {
  if (!clinic) throw notAMember();
  return clinic;
}

/** The clinic's few facts; `findOrganization` reads all that its people may see. */
export const findClinic = async (db: Db, orgId: string): Promise<Clinic> =>
  theOne(await queryIn(db)(readClinic(orgId)));

/** Outside of any transaction, in one round trip. */
export const findClinicAlone = async (database: Database, orgId: string): Promise<Clinic> =>
  theOne(await database.serviceStatement(readClinic(orgId)));
