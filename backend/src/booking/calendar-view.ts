import type { Database, Db } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import { findClinic } from '../tenancy/index.ts';
import { findAppointment, setSyncState } from './booking.queries.ts';

/** What a calendar shows of an appointment. */
export interface CalendarView {
  appointmentId: string;
  generation: number;
  /** Of the appointment: which of its changes this view shows. */
  version: number;
  /** What becomes of the event. */
  wanted: 'shown' | 'removed';
  summary: string;
  description: string;
  start: Date;
  end: Date;
  timeZone: string;
}

const SHOWN = new Set(['confirmed', 'arrived', 'completed', 'no_show']);

/** @returns undefined for what no calendar has ever heard of: a hold, a request that no one confirmed yet. */
export function viewForCalendar(
  database: Database,
  orgId: OrgId,
  appointmentId: string,
): Promise<CalendarView | undefined> {
  return database.withTenant({ orgId, userId: null }, async (db) => {
    const row = await findAppointment(db, orgId, appointmentId);
    const wanted = row?.status === 'cancelled' ? 'removed' : 'shown';
    if (!row || (wanted === 'shown' && !SHOWN.has(row.status))) return undefined;
    const clinic = await findClinic(db, orgId);
    return {
      appointmentId: row.id,
      generation: row.calendar_generation,
      version: row.version,
      wanted,
      summary: `${row.service_name}: ${row.contact_name}`,
      description: [
        row.contact_phone ? `Phone: ${row.contact_phone}` : '',
        row.contact_email ? `Email: ${row.contact_email}` : '',
        row.notes ? `Notes: ${row.notes}` : '',
        `Booked by ${row.source === 'voice' ? 'the phone receptionist' : 'Voxanne'}`,
      ]
        .filter(Boolean)
        .join('\n'),
      start: row.scheduled_at,
      end: new Date(row.scheduled_at.getTime() + row.duration_minutes * 60_000),
      timeZone: clinic.time_zone,
    };
  });
}

/** The calendar shows that version (or, for a cancelled one, nothing); what changed since stays pending. */
export const markSynced = (
  db: Db,
  orgId: OrgId,
  { appointmentId, version }: Pick<CalendarView, 'appointmentId' | 'version'>,
  event: { eventId: string | null; generation: number },
): Promise<void> =>
  setSyncState(db, orgId, appointmentId, {
    sync_state: 'synced',
    version,
    calendar_event_id: event.eventId,
    calendar_generation: event.generation,
  });

export const markNotSynced = (
  db: Db,
  orgId: OrgId,
  appointmentId: string,
  state: 'not_linked' | 'error',
): Promise<void> => setSyncState(db, orgId, appointmentId, { sync_state: state });
