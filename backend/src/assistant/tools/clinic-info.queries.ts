import type { WeeklyHours } from '@voxanne/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import { type Clinic, findClinic } from '../../tenancy/index.ts';
import { openWindows } from './opening-hours.ts';

export interface ClinicInfo {
  name: string;
  timeZone: string;
  country: string;
  /** See {@link putThroughTo}. */
  phone: string | null;
  services: { service_type: string; name: string; minutes: number }[];
  /** Provider name to weekday (ISO number) to windows, breaks taken out. */
  openingHours: Record<string, WeeklyHours>;
}

/** Calls that the receptionist can't take ring at the clinic, else at the owner's; a caller doesn't see at which number. */
export const putThroughTo = ({ public_phone: atClinic, phone }: Clinic): string | null => atClinic ?? phone;

export async function readClinicInfo(db: Db, orgId: string): Promise<ClinicInfo> {
  const [clinic, services, providers] = [
    await findClinic(db, orgId),
    await db
      .selectFrom('services')
      .select(['slug', 'name', 'duration_minutes'])
      .where('org_id', '=', orgId)
      .where('active', '=', true)
      .orderBy('slug')
      .execute(),
    await db
      .selectFrom('providers')
      .select(['name', 'working_hours', 'breaks'])
      .$narrowType<{ working_hours: WeeklyHours; breaks: WeeklyHours }>()
      .where('org_id', '=', orgId)
      .where('active', '=', true)
      .orderBy('name')
      .execute(),
  ];
  return {
    name: clinic.name,
    timeZone: clinic.time_zone,
    country: clinic.country,
    phone: putThroughTo(clinic),
    services: services.map((row) => ({
      service_type: row.slug,
      name: row.name,
      minutes: row.duration_minutes,
    })),
    openingHours: Object.fromEntries(
      providers.map((row) => [row.name, openWindows(row.working_hours, row.breaks)]),
    ),
  };
}

export interface ClosedDays {
  from: string;
  /** Still included. */
  to: string;
}

/** Holidays of the whole clinic in the coming year; not why, which is nobody's business. */
export async function readClosedDays(db: Db, orgId: string, now: Date): Promise<ClosedDays[]> {
  // An afternoon off before it, or a morning after it, isn't mentioned: those aren't closed days.
  const { rows } = await sql<ClosedDays>`
    select d."from"::text, d."to"::text
    from time_off t join organizations o on o.id = t.org_id,
      lateral (select (t.starts_local + interval '1 day' - interval '1 second')::date as "from",
        t.ends_local::date - 1 as "to") as d
    where t.org_id = ${orgId} and t.provider_id is null and d."to" >= d."from"
      and t.ends_local > ${now}::timestamptz at time zone o.time_zone
      and t.starts_local < (${now}::timestamptz at time zone o.time_zone) + interval '1 year'
    order by t.starts_local limit 30`.execute(db);
  return rows;
}
