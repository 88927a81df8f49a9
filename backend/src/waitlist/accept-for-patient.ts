import type { WaitlistEntry } from '@voxanne/contract';
import {
  type BookingContext,
  bookingErrors,
  type ChangeOrigin,
  inBookingTransaction,
} from '../booking/index.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { bookOffered } from './book-offered.ts';
import { presentEntry, readEntry } from './present-waitlist.ts';
import { offerEnded } from './waitlist.errors.ts';
import { answerOffer, findOffer } from './waitlist.queries.ts';

/**
 * The patient said yes on the phone: staff take the offered time for them. The patient gets the usual text. Who has an
 * appointment from the waitlist already keeps it.
 * @throws {AppError} WAITLIST_ENTRY_NOT_FOUND, OFFER_ENDED.
 */
export async function acceptForPatient(
  context: BookingContext,
  scope: TenantScope,
  entryId: string,
  origin: ChangeOrigin,
): Promise<WaitlistEntry> {
  const { database, clock } = context;
  const { orgId } = scope;
  const read = () => database.withTenant(scope, (db) => readEntry(db, orgId, entryId, clock));
  const entry = await read();
  if (entry.appointment_id !== null) return presentEntry(entry);
  const { offer_id: offerId } = entry;
  if (offerId === null) throw offerEnded();
  await inBookingTransaction(context, scope, async (tx) => {
    const by = { actorId: origin.actorId ?? null, requestId: origin.requestId ?? '' };
    const offer = await findOffer(tx.db, orgId, offerId);
    const isOpen = offer && (await answerOffer(tx.db, orgId, offerId, 'accepted', by));
    if (!isOpen) throw offerEnded();
    const result = await bookOffered(tx, offer, origin);
    if (!result.success && result.error === 'HOLD_EXPIRED') throw offerEnded();
    if (!result.success) throw bookingErrors.refused(result.error, result.message);
    tx.logOnCommit(
      { org_id: orgId, offer_id: offerId, source: origin.source, request_id: origin.requestId },
      '[Waitlist] Offer accepted by staff',
    );
  });
  return presentEntry(await read());
}
