import type { Slot } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';

/** Why free times cannot be looked for, or an offer of one is none any more. */
export const availabilityErrors = {
  notOffered: (who: string, service: string, alternatives: Slot[]) =>
    new AppError({
      code: 'SERVICE_NOT_OFFERED',
      status: 422,
      detail: `${service} is not offered by ${who}.${alternatives.length > 0 ? freeInstead(alternatives) : ''}`,
      extra: { alternatives },
    }),
  slotExpired: () =>
    new AppError({
      code: 'SLOT_EXPIRED',
      status: 422,
      detail: 'That offer is too old or was not made here. Ask for the free times again.',
    }),
};

/** The sentence about other times, behind the one that says why this one cannot be had. */
export function freeInstead(alternatives: Slot[]): string {
  const [first, second] = alternatives;
  if (!first) return ' There is no free time close to it.';
  return second ? ` Free instead: ${first.label}, or ${second.label}.` : ` Free instead: ${first.label}.`;
}
