import {
  type AtomicResult,
  type BookingTransaction,
  bookAtomically,
  type ChangeOrigin,
} from '../booking/index.ts';
import type { OfferRow } from './waitlist.queries.ts';

/** As they are in the clinic's own list: nothing that was typed now, so nothing to clean. */
export const bookOffered = (
  { query, orgId }: BookingTransaction,
  offer: OfferRow,
  origin: ChangeOrigin,
): Promise<AtomicResult> =>
  bookAtomically(
    query,
    {
      orgId,
      name: offer.contact_name,
      phone: offer.contact_phone ?? '',
      email: offer.contact_email,
      serviceType: offer.service_type,
      scheduledAt: offer.scheduled_at,
      durationMinutes: offer.duration_minutes,
      providerIds: null,
      checkTimeOff: true,
      notes: null,
      holdId: offer.hold_id,
      status: 'confirmed',
      overbook: false,
      reason: null,
    },
    origin,
  );
