import {
  type AvailabilityContext,
  availabilityErrors,
  readSlot,
  type SlotOffer,
} from '../availability/index.ts';
import { fromWallClock } from '../platform/local-time/wall-clock.ts';
import type { OrgId } from '../platform/tenant.ts';
import type { RequestedProvider } from '../schedule/index.ts';

const MINUTE_MS = 60_000;

/** The time that is asked for: an offer, an instant, or the clinic's wall clock. */
export type When =
  | { slotId: string }
  | { at: Date }
  /** Wall clock of the clinic. */
  | { date: string; time: string };

/** No one can see seconds: 10:00:30 is 10:00. */
export const wholeMinute = (at: Date): Date => new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);

/**
 * The requested time, on a whole minute, and, for the handle of an offer, what was offered.
 * @throws {AppError} SLOT_EXPIRED: too old, changed, or made to another clinic or caller. INVALID_TIME.
 */
export function momentOf(
  { orgId, slotKey, clock }: Pick<AvailabilityContext, 'slotKey' | 'clock'> & { orgId: OrgId },
  when: When,
  timeZone: string,
): { at: Date; offer?: SlotOffer } {
  if ('at' in when) return { at: wholeMinute(when.at) };
  if ('date' in when) return { at: fromWallClock(when.date, when.time, timeZone) };
  const offer = readSlot(slotKey, when.slotId, clock.now());
  if (offer === null || offer.orgId !== orgId) throw availabilityErrors.slotExpired();
  return { at: offer.startsAt, offer };
}

/** An offer that names its provider is theirs; a name that was said besides cannot make it another one. */
export const requestedProvider = (
  offer: SlotOffer | undefined,
  asked: RequestedProvider,
): RequestedProvider => (offer?.providerId ? { providerId: offer.providerId } : asked);
