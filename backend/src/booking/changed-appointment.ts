import type { TenantScope } from '../platform/tenant.ts';
import type { AppointmentRow } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
import type { ChangeOrigin } from './changes.queries.ts';

/** What became of an appointment, and the sentence for it. */
export interface ChangedAppointment {
  appointment: AppointmentRow;
  confirmation: string;
}

/** One line a change, with ids and no patient. */
export function logChange(
  { log }: BookingContext,
  { orgId }: TenantScope,
  { appointment }: ChangedAppointment,
  { source, requestId }: ChangeOrigin,
  change: 'moved' | 'cancelled' | 'restored' | 'changed its status',
): void {
  log.info(
    {
      org_id: orgId,
      appointment_id: appointment.id,
      status: appointment.status,
      source,
      request_id: requestId,
    },
    `[Booking] Appointment ${change}`,
  );
}
