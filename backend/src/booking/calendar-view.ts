import type { Database, Db } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import { findAppointment, findClinic, setSyncState } from './booking.queries.ts';

/** What a calendar shows of an appointment. */
export interface CalendarView {
  appointmentId: string;
  generation: number;
  summary: string;
  description: string;
  start: Date;
  end: Date;
  timeZone: string;
}

/** @returns undefined when there is nothing (any more) that belongs into a calendar. */
export function viewForCalendar(
  database: Database,
  orgId: OrgId,
  appointmentId: string,
): Promise<CalendarView | undefined> {
  return database.withTenant({ orgId, userId: null }, async (db) => {
    const row = await findAppointment(db, orgId, appointmentId);
    if (row?.status !== 'confirmed') return undefined;
    const clinic = await findClinic(db, orgId);
    return {
      appointmentId: row.id,
      generation: row.calendar_generation,
      summary: `${titleCase(row.service_type)}: ${row.contact_name}`,
      description: [
        row.contact_phone ? `Phone: ${row.contact_phone}` : '',
        row.contact_email ? `E-mail: ${row.contact_email}` : '',
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

const titleCase = (slug: string): string => slug.charAt(0).toUpperCase() + slug.slice(1);

export const markSynced = (
  db: Db,
  orgId: OrgId,
  appointmentId: string,
  event: { eventId: string; generation: number },
): Promise<void> =>
  setSyncState(db, orgId, appointmentId, {
    sync_state: 'synced',
    calendar_event_id: event.eventId,
    calendar_generation: event.generation,
  });

export const markNotSynced = (
  db: Db,
  orgId: OrgId,
  appointmentId: string,
  state: 'not_linked' | 'error',
): Promise<void> => setSyncState(db, orgId, appointmentId, { sync_state: state });

/** Whether the text about this version of the appointment is still true, and still of use. */
export function confirmationStillWanted(
  database: Database,
  orgId: OrgId,
  appointmentId: string,
  version: number,
  now: Date,
): Promise<boolean> {
  return database.withTenant({ orgId, userId: null }, async (db) => {
    const row = await findAppointment(db, orgId, appointmentId);
    return row?.status === 'confirmed' && row.version === version && row.scheduled_at > now;
  });
}
