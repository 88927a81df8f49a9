import type { Slot } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';

/** Why a search for free times fails, or an offer no longer counts. */
export const availabilityErrors = {
  notOffered: (who: string, service: string, alternatives: Slot[]) =>
    new AppError({
      code: 'SERVICE_NOT_OFFERED',
      status: 422,
      detail: `${who} doesn’t offer ${service}.${alternatives.length > 0 ? freeInstead(alternatives) : ''}`,
      extra: { alternatives },
    }),
  slotExpired: () =>
    new AppError({
      code: 'SLOT_EXPIRED',
      status: 422,
      detail: 'That time was offered too long ago, or not by this clinic. Ask for the free times again.',
    }),
};

/** The sentence about other times, after the one that says why this time can't be booked. */
export function freeInstead(alternatives: Slot[]): string {
  const [first, second] = alternatives;
  if (!first) return ' There’s nothing open close to that time.';
  return second
    ? ` The closest openings are ${first.label} and ${second.label}.`
    : ` The closest opening is ${first.label}.`;
}
