import type { Db } from '../platform/database.ts';
import { writeAudit } from '../tenancy/index.ts';
import type { ChangeOrigin } from './changes.queries.ts';
import type { BookableSlot } from './check-slot.ts';

/** To whom SQL may give a time. It takes no one who has time off, unless staff insist on the one they named. */
export const allowedProviders = ({ onDuty, against }: BookableSlot) =>
  against === undefined
    ? { providerIds: onDuty, checkTimeOff: true }
    : { providerIds: onDuty.slice(0, 1), checkTimeOff: false };

/** That a time was booked at which no one works, and which rule they set aside. */
export async function auditOutsideHours(
  db: Db,
  appointmentId: string,
  { against }: BookableSlot,
  { requestId }: ChangeOrigin,
): Promise<void> {
  if (against === undefined) return;
  await writeAudit(db, {
    action: 'appointment.outside_hours',
    objectId: appointmentId,
    after: { rule: against },
    requestId: requestId ?? '',
  });
}
