import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

const OCCUPYING = ['pending', 'held', 'confirmed', 'arrived'] as const;

export interface ClinicForBooking {
  name: string;
  time_zone: string;
  country: string;
  booking_horizon_days: number;
}

export function findClinic(db: Db, orgId: string): Promise<ClinicForBooking> {
  return db
    .selectFrom('organizations')
    .select(['name', 'time_zone', 'country', 'booking_horizon_days'])
    .where('id', '=', orgId)
    .executeTakeFirstOrThrow();
}

export function activeServices(db: Db, orgId: string) {
  return db
    .selectFrom('services')
    .select(['id', 'name', 'slug', 'duration_minutes', 'active'])
    .where('org_id', '=', orgId)
    .where('active', '=', true)
    .orderBy('created_at')
    .orderBy('slug')
    .execute();
}

export type ServiceRow = Awaited<ReturnType<typeof activeServices>>[number];

export function activeProviders(db: Db, orgId: string) {
  return db
    .selectFrom('providers')
    .select(['id', 'name', 'working_hours'])
    .where('org_id', '=', orgId)
    .where('active', '=', true)
    .orderBy('id')
    .execute();
}

/** Longest appointment the schema allows, as a lower bound for the range read: it keeps the index scan short. */
const LONGEST_BUSY_MS = 24 * 3_600_000;

export function busyRanges(db: Db, orgId: string, from: Date, to: Date) {
  return db
    .selectFrom('appointments')
    .select(['provider_id', 'busy_from', 'busy_to'])
    .where('org_id', '=', orgId)
    .where('status', 'in', OCCUPYING)
    .where('busy_from', '<', to)
    .where('busy_from', '>=', new Date(from.getTime() - LONGEST_BUSY_MS))
    .where('busy_to', '>', from)
    .execute();
}

export interface AtomicBooking {
  orgId: string;
  name: string;
  email: string | null;
  phone: string;
  serviceType: string;
  scheduledAt: Date;
  durationMinutes: number;
  providerId: string | null;
  notes: string | null;
  source: 'api' | 'dashboard' | 'voice';
  actorId: string | null;
  callId: string | null;
  requestId: string | null;
}

export type AtomicResult =
  | {
      success: true;
      appointment_id: string;
      contact_id: string;
      provider_id: string;
      scheduled_at: string;
      phone: string;
      name: string;
      repeated: boolean;
    }
  | { success: false; error: string; message: string };

export async function bookAtomically(db: Db, b: AtomicBooking): Promise<AtomicResult> {
  const { rows } = await sql<{ result: AtomicResult }>`
    select book_appointment_atomic(${b.orgId}, ${b.name}, ${b.email}, ${b.phone}, ${b.serviceType}, ${b.scheduledAt},
      ${b.durationMinutes}, ${b.providerId}, ${b.notes}, ${b.source}, ${b.actorId}, ${b.callId}, ${b.requestId}) as result`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error('book_appointment_atomic gave no answer.');
  return row.result;
}

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
      // A Date has no microseconds, and the next page begins after exactly this row.
      sql<string>`to_char(a.scheduled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as(
        'exactly_at',
      ),
      'a.duration_minutes',
      'a.service_type',
      'a.provider_id',
      'p.name as provider_name',
      'a.notes',
      'a.source',
      'a.calendar_event_id',
      'a.calendar_generation',
      'a.sync_state',
      'a.version',
      'a.created_at',
      'l.id as contact_id',
      'l.name as contact_name',
      'l.phone as contact_phone',
      'l.email as contact_email',
    ]);

export type AppointmentRow = Awaited<ReturnType<ReturnType<typeof appointments>['execute']>>[number];

export function findAppointment(db: Db, orgId: string, id: string): Promise<AppointmentRow | undefined> {
  return appointments(db).where('a.org_id', '=', orgId).where('a.id', '=', id).executeTakeFirst();
}

export interface AppointmentFilter {
  from?: Date;
  to?: Date;
  status?: string;
  after?: { scheduledAt: string; id: string };
  limit: number;
}

export function listAppointments(
  db: Db,
  orgId: string,
  filter: AppointmentFilter,
): Promise<AppointmentRow[]> {
  let query = appointments(db).where('a.org_id', '=', orgId);
  if (filter.from) query = query.where('a.scheduled_at', '>=', filter.from);
  if (filter.to) query = query.where('a.scheduled_at', '<', filter.to);
  if (filter.status) query = query.where('a.status', '=', filter.status);
  const { after } = filter;
  if (after) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('a.scheduled_at', 'a.id'),
        '>',
        eb.tuple(sql<Date>`${after.scheduledAt}::timestamptz`, after.id),
      ),
    );
  }
  return query.orderBy('a.scheduled_at').orderBy('a.id').limit(filter.limit).execute();
}

export async function setSyncState(
  db: Db,
  orgId: string,
  appointmentId: string,
  change: { sync_state: string; calendar_event_id?: string; calendar_generation?: number },
): Promise<void> {
  await db
    .updateTable('appointments')
    .set(change)
    .where('org_id', '=', orgId)
    .where('id', '=', appointmentId)
    .execute();
}
