import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Affected } from './affected-appointments.ts';
import type { LocalSpan } from './local-span.ts';

export interface Upcoming {
  count: number;
  /** When the last one begins. */
  until: Date | null;
}

// A hold is nobody's appointment yet, and ends by itself.
const UPCOMING_STATUSES = ['pending', 'confirmed', 'arrived'] as const;

const coming = (db: Db, orgId: string, now: Date) =>
  db
    .selectFrom('appointments')
    .select([sql<number>`count(*)::int`.as('count'), sql<Date | null>`max(scheduled_at)`.as('until')])
    .where('org_id', '=', orgId)
    .where('status', 'in', UPCOMING_STATUSES)
    // Nothing is busy for longer than a day; with a lower bound the index alone is read.
    .where('busy_from', '>', sql<Date>`${now}::timestamptz - interval '1 day'`)
    .where(sql<boolean>`scheduled_at + make_interval(mins => duration_minutes) > ${now}`);

/** The upcoming appointments with a provider. */
export const upcomingWithProvider = (
  db: Db,
  orgId: string,
  providerId: string,
  now: Date,
): Promise<Upcoming> =>
  coming(db, orgId, now).where('provider_id', '=', providerId).executeTakeFirstOrThrow();

/** The upcoming appointments of a service. */
export const upcomingOfService = (db: Db, orgId: string, slug: string, now: Date): Promise<Upcoming> =>
  coming(db, orgId, now).where('service_type', '=', slug).executeTakeFirstOrThrow();

const AFFECTED = [
  'id',
  'scheduled_at',
  sql<string>`(select l.name from leads l where l.org_id = appointments.org_id and l.id = appointments.contact_id)`.as(
    'contact_name',
  ),
] as const;

/** Beginning and end by the clinic's clock, as weekday (ISO) and HH:MM, of a provider's coming appointments. */
export function upcomingByLocalTime(db: Db, orgId: string, providerId: string, now: Date, timeZone: string) {
  const local = (column: string) => sql`(${sql.ref(column)} at time zone ${timeZone})`;
  return coming(db, orgId, now)
    .clearSelect()
    .select([
      ...AFFECTED,
      sql<string>`to_char(${local('scheduled_at')}, 'ID')`.as('weekday'),
      sql<string>`to_char(${local('scheduled_at')}, 'HH24:MI')`.as('from'),
      sql<string>`to_char((scheduled_at + make_interval(mins => duration_minutes)) at time zone ${timeZone}, 'HH24:MI')`.as(
        'to',
      ),
    ])
    .where('provider_id', '=', providerId)
    .orderBy('scheduled_at')
    .limit(5000)
    .execute();
}

interface Span extends LocalSpan {
  /** Null: of everyone. */
  provider_id: string | null;
}

/** Upcoming appointments that touch a span of the clinic's wall clock, soonest first. */
export function upcomingInside(db: Db, orgId: string, span: Span, timeZone: string): Promise<Affected[]> {
  const from = sql<Date>`${span.starts_local}::timestamp at time zone ${timeZone}`;
  const to = sql<Date>`${span.ends_local}::timestamp at time zone ${timeZone}`;
  let query = db
    .selectFrom('appointments')
    .select(AFFECTED)
    .where('org_id', '=', orgId)
    .where('status', 'in', UPCOMING_STATUSES)
    .where('busy_from', '>', sql<Date>`(${from}) - interval '1 day'`)
    .where('busy_from', '<', to)
    .where('scheduled_at', '<', to)
    .where(sql<boolean>`scheduled_at + make_interval(mins => duration_minutes) > ${from}`)
    .orderBy('scheduled_at')
    .limit(5000);
  if (span.provider_id !== null) query = query.where('provider_id', '=', span.provider_id);
  return query.execute();
}
