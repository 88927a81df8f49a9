import type { Db } from '../platform/database.ts';
import { writeAudit } from '../tenancy/index.ts';
import type { ChangeOrigin } from './changes.queries.ts';
import type { BookableSlot } from './check-slot.ts';

/**
 * To whom SQL may give a time. Among several it takes no one who has time off; one who is named gets it, so that
 * staff can insist.
 */
export const allowedProviders = ({ onDuty, against }: BookableSlot) =>
  against === undefined
    ? { providerIds: onDuty, providerId: null }
    : { providerIds: null, providerId: onDuty[0] ?? null };

/** That a time was booked at which nobody works, and which rule they set aside. */
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
