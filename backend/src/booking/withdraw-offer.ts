import type { WaitlistEntry } from '@voxanne/contract';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './book-appointment.ts';
import { bookingErrors } from './booking.errors.ts';
import type { ChangeOrigin } from './changes.queries.ts';
import { releaseHold } from './hold-slot.ts';
import { presentEntry, readEntry } from './present-waitlist.ts';

/**
 * Takes back the offer that a patient has: its time goes to the next one, and the patient goes on waiting.
 * @throws {AppError} WAITLIST_ENTRY_NOT_FOUND, OFFER_ENDED.
 */
export async function withdrawOffer(
  context: BookingContext,
  scope: TenantScope,
  entryId: string,
  origin: ChangeOrigin,
): Promise<WaitlistEntry> {
  const { database, clock } = context;
  const read = () => database.withTenant(scope, (db) => readEntry(db, scope.orgId, entryId, clock));
  const { offer_hold_id: holdId } = await read();
  if (holdId === null) throw bookingErrors.offerEnded();
  await releaseHold(context, scope, holdId, origin);
  return presentEntry(await read());
}
