import type { Database } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import { findAppointment } from './booking.queries.ts';

/** Whether the text about this version of the appointment is still true, and still of use. */
export function textStillWanted(
  database: Database,
  orgId: OrgId,
  text: {
    appointmentId: string;
    version: number;
    kind: 'confirmation' | 'cancellation';
    passedOnFrom?: string | undefined;
  },
  now: Date,
): Promise<boolean> {
  return database.withTenant({ orgId, userId: null }, async (db) => {
    const row = await findAppointment(db, orgId, text.appointmentId);
    if (text.passedOnFrom !== undefined) {
      return row !== undefined && row.contact_phone !== text.passedOnFrom && row.scheduled_at > now;
    }
    const status = text.kind === 'cancellation' ? 'cancelled' : 'confirmed';
    return row?.status === status && row.visible_version === text.version && row.scheduled_at > now;
  });
}
