import type { WantedSlot } from '../availability/index.ts';
import { bookedService } from '../schedule/index.ts';
import { findClinic } from '../tenancy/index.ts';
import { bookingErrors } from './booking.errors.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import { placeOf } from './changes.queries.ts';

/** Where the row would go back to; where it is when there is nothing to undo. */
export async function formerSlot(
  { db, orgId }: BookingTransaction,
  appointmentId: string,
): Promise<WantedSlot> {
  const place = await placeOf(db, orgId, appointmentId);
  if (!place) throw bookingErrors.notFound();
  return {
    clinic: await findClinic(db, orgId),
    service: await bookedService(db, orgId, place),
    at: place.former_at ?? place.scheduled_at,
    durationMinutes: place.former_minutes ?? place.duration_minutes,
    providerIds: [place.former_provider_id ?? place.provider_id],
  };
}
