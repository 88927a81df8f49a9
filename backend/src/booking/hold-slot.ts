import { rulesIn } from '../availability/index.ts';
import { pickService, type RequestedProvider } from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import type { BookingContext } from './booking-context.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import { type ChangeOrigin, expireHolds, holdAtomically, releaseAtomically } from './changes.queries.ts';
import { checkSlot } from './check-slot.ts';
import { momentOf, requestedProvider, type When } from './requested-time.ts';
import { refusalOf } from './slot-refusals.ts';

export interface HoldRequest extends RequestedProvider {
  serviceType: string;
  when: When;
  durationMinutes?: number | undefined;
  /** How long it is kept. */
  seconds: number;
  contactId?: string | undefined;
}

export interface HeldSlot {
  holdId: string;
  serviceType: string;
  scheduledAt: Date;
  durationMinutes: number;
  providerId: string;
  expiresAt: Date;
}

/**
 * Keeps a time for a while, under the same rules as a booking; `bookAppointment` with the hold's id confirms it.
 * @throws {SlotRefused} by a rule, or when the time is taken.
 * @throws {AppError} a code of `booking.errors.ts`.
 */
export async function holdSlot(
  tx: BookingTransaction,
  request: HoldRequest,
  origin: ChangeOrigin,
): Promise<HeldSlot> {
  const rules = await rulesIn(tx, tx.query, tx.orgId);
  const { at, offer } = momentOf(tx, request.when, rules.clinic.time_zone);
  const service = pickService(rules.services, offer?.service ?? request.serviceType);
  const durationMinutes = request.durationMinutes ?? service.duration_minutes;
  const slot = checkSlot(tx, rules, {
    service,
    at,
    durationMinutes,
    provider: requestedProvider(offer, request),
    by: origin.source,
    isOffered: offer !== undefined,
  });
  const result = await holdAtomically(
    tx.final,
    {
      orgId: tx.orgId,
      serviceType: service.slug,
      scheduledAt: at,
      durationMinutes,
      seconds: request.seconds,
      providerIds: slot.onDuty,
      contactId: request.contactId ?? null,
    },
    origin,
  );
  if (!result.success) throw refusalOf(result, slot);
  return {
    holdId: result.hold_id,
    serviceType: service.slug,
    scheduledAt: at,
    durationMinutes,
    providerId: result.provider_id,
    expiresAt: new Date(result.expires_at),
  };
}

/**
 * Gives a held time back; one that is over already isn't a fault.
 * @throws {AppError} HOLD_NOT_FOUND, NOT_CHANGEABLE when it has become an appointment.
 */
export async function releaseHold(
  { db, orgId }: BookingTransaction,
  holdId: string,
  origin: ChangeOrigin,
): Promise<void> {
  const result = await releaseAtomically(db, orgId, holdId, origin);
  if (!result.success) throw bookingErrors.refused(result.error, result.message);
}

/** For the workers: screens and waitlists hear of holds that ran out although no one wanted their time. */
export const sweepHolds = ({ database }: Pick<BookingContext, 'database'>): Promise<number> =>
  database.withService(expireHolds);
