import { rulesIn } from '../availability/index.ts';
import { inTenant, queryIn, type Transact } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { pickService, type RequestedProvider } from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import type { BookingContext } from './booking-context.ts';
import { inBookingTransaction } from './booking-transaction.ts';
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
 * @throws {AppError} a code of `booking.errors.ts`, taken times with alternatives; nothing is written then.
 */
export async function holdSlot(
  context: BookingContext,
  scope: TenantScope,
  wish: HoldRequest,
  origin: ChangeOrigin,
  transact: Transact<HeldSlot> = inTenant(context.database, scope),
): Promise<HeldSlot> {
  const { orgId } = scope;
  return inBookingTransaction(context, scope, transact, async (db, commitWith) => {
    const rules = await rulesIn(context, queryIn(db), orgId);
    const { at, offer } = momentOf(context, scope, wish.when, rules.clinic.time_zone);
    const service = pickService(rules.services, offer?.service ?? wish.serviceType);
    const durationMinutes = wish.durationMinutes ?? service.duration_minutes;
    const provider = requestedProvider(offer, wish);
    const place = checkSlot(context, rules, {
      service,
      at,
      durationMinutes,
      provider,
      by: origin.source,
      isOffered: offer !== undefined,
    });
    const result = await holdAtomically(
      commitWith,
      {
        orgId,
        serviceType: service.slug,
        scheduledAt: at,
        durationMinutes,
        seconds: wish.seconds,
        providerIds: place.onDuty,
        contactId: wish.contactId ?? null,
      },
      origin,
    );
    if (!result.success) throw refusalOf(result, place);
    return {
      holdId: result.hold_id,
      serviceType: service.slug,
      scheduledAt: at,
      durationMinutes,
      providerId: result.provider_id,
      expiresAt: new Date(result.expires_at),
    };
  });
}

/**
 * Gives a held time back; one that is over already isn't a fault.
 * @throws {AppError} HOLD_NOT_FOUND, NOT_CHANGEABLE when it has become an appointment.
 */
export async function releaseHold(
  context: BookingContext,
  scope: TenantScope,
  holdId: string,
  origin: ChangeOrigin,
): Promise<void> {
  await inBookingTransaction<void>(context, scope, inTenant(context.database, scope), async (db) => {
    const result = await releaseAtomically(db, scope.orgId, holdId, origin);
    if (!result.success) throw bookingErrors.refused(result.error, result.message);
  });
}

/** For the workers: screens and waitlists hear of holds that ran out although no one wanted their time. */
export const sweepHolds = ({ database }: Pick<BookingContext, 'database'>): Promise<number> =>
  database.withService(expireHolds);
