import type { Slot } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';

/** Every way a booking is refused, with the sentence a person (or the voice agent) is told. */
export const bookingErrors = {
  unknownService: (asked: string, offered: string[]) =>
    new AppError({
      code: 'UNKNOWN_SERVICE',
      status: 422,
      detail: `"${asked.slice(0, 80)}" is not a service of this clinic. It offers: ${offered.join(', ') || 'none yet'}.`,
      extra: { services: offered },
    }),
  unknownProvider: () =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 422,
      detail: 'There is no such provider in this clinic.',
    }),
  inThePast: () =>
    new AppError({
      code: 'IN_THE_PAST',
      status: 422,
      detail: 'That time has already passed. Choose a time that is still to come.',
    }),
  beyondHorizon: (lastDay: string) =>
    new AppError({
      code: 'BEYOND_HORIZON',
      status: 422,
      detail: `That is too far ahead. Appointments can be booked until ${lastDay}.`,
    }),
  outsideHours: (alternatives: Slot[]) =>
    new AppError({
      code: 'OUTSIDE_HOURS',
      status: 422,
      detail: `The clinic is not open for the whole of that time.${offer(alternatives)}`,
      extra: { alternatives },
    }),
  taken: (alternatives: Slot[]) =>
    new AppError({
      code: 'SLOT_UNAVAILABLE',
      status: 409,
      detail: `That time is already taken.${offer(alternatives)}`,
      extra: { alternatives },
    }),
  slotExpired: () =>
    new AppError({
      code: 'SLOT_EXPIRED',
      status: 422,
      detail: 'That offer is too old or was not made here. Ask for the free times again.',
    }),
  invalidTime: (detail: string) => new AppError({ code: 'INVALID_TIME', status: 400, detail }),
  refused: (code: string, detail: string) =>
    new AppError({ code, status: code === 'ORG_NOT_FOUND' ? 404 : 400, detail }),
  notFound: () =>
    new AppError({
      code: 'APPOINTMENT_NOT_FOUND',
      status: 404,
      detail: 'There is no such appointment in this clinic.',
    }),
};

function offer(alternatives: Slot[]): string {
  const [first, second] = alternatives;
  if (!first) return ' There is no free time close to it.';
  return second ? ` Free instead: ${first.label}, or ${second.label}.` : ` Free instead: ${first.label}.`;
}
