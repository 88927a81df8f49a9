import type { WaitlistEntry } from '@voxanne/contract';
import {
  type BookingContext,
  type ChangeOrigin,
  inBookingTransaction,
  releaseHold,
} from '../booking/index.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { presentEntry, readEntry } from './present-waitlist.ts';
import { offerEnded } from './waitlist.errors.ts';

/**
 * Takes back the offer that a patient has: its time goes to the next person, and the patient keeps waiting.
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
  if (holdId === null) throw offerEnded();
  await inBookingTransaction(context, scope, (tx) => releaseHold(tx, holdId, origin));
  return presentEntry(await read());
}
