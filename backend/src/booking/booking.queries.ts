import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { TEXTS_OF_APPOINTMENT, WHY_NO_TEXT } from '../contacts/index.ts';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';
import { serviceNameOf } from '../schedule/index.ts';
import type { Following } from './read-backs.queries.ts';

/** What the patients of one number have within a time. */
export const appointmentsWithin = (
  orgId: string,
  phone: string,
  { at, durationMinutes }: { at: Date; durationMinutes: number },
): RawBuilder<{ id: string; contact_name: string }> => sql`
  select a.id, l.name as contact_name
  from appointments a join leads l on l.org_id = a.org_id and l.id = a.contact_id
  where a.org_id = ${orgId} and l.phone = ${phone} and a.status in ('pending', 'confirmed', 'arrived')
    and a.scheduled_at < ${at}::timestamptz + make_interval(mins => ${durationMinutes})
    and a.scheduled_at + make_interval(mins => a.duration_minutes) > ${at}
  order by a.scheduled_at`;

const appointments = (db: Db) =>
  db
    .selectFrom('appointments as a')
    .innerJoin('providers as p', (join) =>
      join.onRef('p.org_id', '=', 'a.org_id').onRef('p.id', '=', 'a.provider_id'),
    )
    .innerJoin('leads as l', (join) =>
      join.onRef('l.org_id', '=', 'a.org_id').onRef('l.id', '=', 'a.contact_id'),
    )
    .select([
      'a.id',
      'a.status',
      'a.scheduled_at',
      'a.duration_minutes',
      'a.service_type',
      serviceNameOf('a').as('service_name'),
      'a.provider_id',
      'p.name as provider_name',
      'a.notes',
      'a.source',
      'a.calendar_event_id',
      'a.calendar_generation',
      'a.sync_state',
      'a.version',
      'a.visible_version',
      'a.overbooked',
      'a.calendar_unverified',
      // By the database's clock: the one that decides about the undo.
      sql<Date | null>`case when a.undo_until > now() then a.undo_until end`.as('undo_until'),
      // What decides about a change also says which ones there are.
      sql<string[]>`app_private.allowed_changes(a.status)`.as('allowed_changes'),
      sql<boolean>`app_private.takes_time(a.status, a.hold_expires_at, now())`.as('takes_time'),
      'a.created_at',
      'l.id as contact_id',
      'l.name as contact_name',
      'l.phone as contact_phone',
      'l.email as contact_email',
      WHY_NO_TEXT.as('why_no_text'),
      TEXTS_OF_APPOINTMENT.as('texts'),
    ]);

/** Not a hold for someone that ended without becoming one: cancelling an appointment can be undone for a while. */
export const excludeLapsedHolds = (table: string) => {
  const of = (column: string) => sql.ref(`${table}.${column}`);
  return sql<SqlBool>`not (${of('status')} = 'cancelled' and ${of('hold_expires_at')} is not null and ${of('undo_until')} is null)`;
};

export type AppointmentRow = Awaited<ReturnType<ReturnType<typeof appointments>['execute']>>[number];

export function findAppointment(db: Db, orgId: string, id: string): Promise<AppointmentRow | undefined> {
  return appointments(db).where('a.org_id', '=', orgId).where('a.id', '=', id).executeTakeFirst();
}

/** What is still to come for a phone, soonest first. */
export function upcomingOf(db: Db, orgId: string, phone: string, now: Date): Promise<AppointmentRow[]> {
  return appointments(db)
    .where('a.org_id', '=', orgId)
    .where('l.phone', '=', phone)
    .where('a.status', 'in', ['pending', 'confirmed'])
    .where('a.scheduled_at', '>', now)
    .orderBy('a.scheduled_at')
    .limit(20)
    .execute();
}

/** Whether several patients have that number: then the caller has to say which one. */
export async function isSharedPhone(db: Db, orgId: string, phone: string): Promise<boolean> {
  const people = await db
    .selectFrom('leads')
    .select('id')
    .where('org_id', '=', orgId)
    .where('phone', '=', phone)
    .limit(2)
    .execute();
  return people.length > 1;
}

/** What was cancelled for a phone after it was read back, in that call or with that token: a repeat asks for it again. */
export function cancelledBy(
  db: Db,
  orgId: string,
  phone: string,
  { callId, tokenHash }: Following,
): Promise<AppointmentRow[]> {
  return appointments(db)
    .where('a.org_id', '=', orgId)
    .where('l.phone', '=', phone)
    .where('a.status', '=', 'cancelled')
    .where(
      sql<SqlBool>`exists (select from read_backs r where r.org_id = a.org_id and r.appointment_id = a.id
        and r.verb = 'cancel' and r.used_at is not null and (r.call_id = ${callId} or r.token_hash = ${tokenHash}))`,
    )
    .orderBy('a.scheduled_at')
    .execute();
}

/** Times that are kept for no one in particular yet, soonest first; one that ran out keeps nothing. */
export function heldTimes(db: Db, orgId: string, from: Date, to: Date) {
  return db
    .selectFrom('appointments as a')
    .innerJoin('providers as p', (join) =>
      join.onRef('p.org_id', '=', 'a.org_id').onRef('p.id', '=', 'a.provider_id'),
    )
    .select([
      'a.id',
      'a.service_type',
      serviceNameOf('a').as('service_name'),
      'a.scheduled_at',
      'a.duration_minutes',
      'a.provider_id',
      'p.name as provider_name',
      'a.source',
      sql<Date>`a.hold_expires_at`.as('hold_expires_at'),
    ])
    .where('a.org_id', '=', orgId)
    .where('a.status', '=', 'held')
    .where('a.contact_id', 'is', null)
    .where(sql<boolean>`a.hold_expires_at > now()`)
    .where('a.scheduled_at', '>=', from)
    .where('a.scheduled_at', '<', to)
    .orderBy('a.scheduled_at')
    .orderBy('a.id')
    .execute();
}

export interface AppointmentFilter {
  from?: string | undefined;
  to?: string | undefined;
  status?: string | undefined;
}

export function listAppointments(
  db: Db,
  orgId: string,
  filter: AppointmentFilter,
  { after, limit }: Page,
): Promise<(AppointmentRow & { at: string })[]> {
  let query = appointments(db)
    .select(sql<string>`a.scheduled_at::text`.as('at'))
    .where('a.org_id', '=', orgId)
    .where(excludeLapsedHolds('a'));
  if (filter.from) query = query.where('a.scheduled_at', '>=', new Date(filter.from));
  if (filter.to) query = query.where('a.scheduled_at', '<', new Date(filter.to));
  if (filter.status) query = query.where('a.status', '=', filter.status);
  if (after) {
    query = query.where(sql<SqlBool>`(a.scheduled_at, a.id) > (${after.at}::timestamptz, ${after.id}::uuid)`);
  }
  return query.orderBy('a.scheduled_at').orderBy('a.id').limit(limit).execute();
}

export async function setSyncState(
  db: Db,
  orgId: string,
  appointmentId: string,
  change: {
    sync_state: string;
    /** What was pushed; a change that came in the meantime has its own order and stays pending. */
    version?: number;
    calendar_event_id?: string | null;
    calendar_generation?: number;
  },
): Promise<void> {
  const { sync_state: state, version, ...event } = change;
  await db
    .updateTable('appointments')
    .set({
      ...event,
      sync_state:
        version === undefined
          ? state
          : sql<string>`case when version = ${version} then ${state} else sync_state end`,
    })
    .where('org_id', '=', orgId)
    .where('id', '=', appointmentId)
    .execute();
}
