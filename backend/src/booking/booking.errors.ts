import type { Slot } from '@voxanne/contract';
import { freeInstead } from '../availability/index.ts';
import { AppError } from '../platform/errors.ts';

/** Of what SQL refuses; everything else is a fault of the request, 400. */
const STATUS: Record<string, number> = {
  ORG_NOT_FOUND: 404,
  APPOINTMENT_NOT_FOUND: 404,
  HOLD_NOT_FOUND: 404,
  CONTACT_NOT_FOUND: 422,
  PROVIDER_NOT_FOUND: 422,
  OVERBOOK_NOT_ALLOWED: 403,
  OVERBOOK_REASON_MISSING: 422,
  ALREADY_BOOKED: 409,
  NOT_CHANGEABLE: 409,
  ILLEGAL_TRANSITION: 409,
  NOTHING_TO_UNDO: 409,
  UNDO_EXPIRED: 409,
  HOLD_EXPIRED: 409,
};

/** Every way a booking is refused, with the sentence a person (or the voice agent) is told. */
export const bookingErrors = {
  whichPatient: () =>
    new AppError({
      code: 'WHICH_PATIENT',
      status: 422,
      detail:
        'Several patients share this number, and that name fits more than one of them. Ask whose appointment it is: first, middle and last name.',
    }),
  tooManyNames: () =>
    new AppError({
      code: 'TOO_MANY_NAMES',
      status: 429,
      detail:
        'That’s too many different names for one caller, so I can’t look up appointments for them anymore. Offer to take a message; the clinic will call back.',
    }),
  noTextWaits: () =>
    new AppError({
      code: 'NO_TEXT_WAITS',
      status: 409,
      detail: 'There’s no text to stop: it was already sent, or there was none to send.',
    }),
  providerGone: (who: string, alternatives: Slot[]) =>
    new AppError({
      code: 'PROVIDER_NOT_FOUND',
      status: 422,
      detail: `${who} no longer takes appointments. Choose another provider.${freeInstead(alternatives)}`,
      extra: { alternatives },
    }),
  inThePast: (alternatives: Slot[]) =>
    new AppError({
      code: 'IN_THE_PAST',
      status: 422,
      detail: 'That time has already passed. Choose a later time.',
      extra: { alternatives },
    }),
  beyondHorizon: (lastDay: string, alternatives: Slot[]) =>
    new AppError({
      code: 'BEYOND_HORIZON',
      status: 422,
      detail: `That’s too far ahead. You can book up to ${lastDay}.`,
      extra: { alternatives },
    }),
  tooSoon: (notice: string, alternatives: Slot[]) =>
    new AppError({
      code: 'TOO_SOON',
      status: 422,
      detail: `That’s too soon: it must be booked at least ${notice} ahead.${freeInstead(alternatives)}`,
      extra: { alternatives },
    }),
  calendarStale: (alternatives: Slot[]) =>
    new AppError({
      code: 'CALENDAR_STALE',
      status: 409,
      detail: `We can’t check the linked calendar right now, so nothing can be booked at that time.${freeInstead(alternatives)}`,
      retryable: true,
      extra: { alternatives },
    }),
  /** No one works then; `reason` and `why` say what it is. */
  outsideHours: (reason: string, why: string, alternatives: Slot[]) =>
    new AppError({
      code: 'OUTSIDE_HOURS',
      status: 422,
      detail: `${why}${freeInstead(alternatives)}`,
      extra: { reason, alternatives },
    }),
  offStep: (
    { service, stepMinutes, at, said }: { service: string; stepMinutes: number; at: Date; said: string },
    alternatives: Slot[],
  ) =>
    new AppError({
      code: 'OFF_STEP',
      status: 422,
      detail: `${service} appointments start every ${stepMinutes} minutes, and ${said} isn’t one of those times.${freeInstead(nextTo(at, alternatives))}`,
      extra: { alternatives },
    }),
  /** `existingId`: it is an appointment of the patient themselves that is in the way. */
  taken: (alternatives: Slot[], existingId?: string) =>
    new AppError({
      code: 'SLOT_UNAVAILABLE',
      status: 409,
      detail: `${existingId === undefined ? 'That time is already taken.' : 'This patient already has an appointment at that time.'}${freeInstead(alternatives)}`,
      extra: { alternatives, ...(existingId !== undefined && { existing_id: existingId }) },
    }),
  /** The same patient at the same time; `existingId` is the appointment they have. */
  alreadyBooked: (existingId?: string) =>
    new AppError({
      code: 'ALREADY_BOOKED',
      status: 409,
      detail: 'This patient already has an appointment at that time. Move that one, or choose another time.',
      ...(existingId !== undefined && { extra: { existing_id: existingId } }),
    }),
  /** What is in the way of an undo is an offer that someone may still accept. */
  offeredToWaitlist: (until: string, alternatives: Slot[]) =>
    new AppError({
      code: 'SLOT_UNAVAILABLE',
      status: 409,
      detail: `That time is on hold for a patient on the waitlist until ${until}. Wait to see if they take it, or choose another time.${freeInstead(alternatives)}`,
      extra: { alternatives },
    }),
  /** Whoever moved it saw another one than there is now. */
  changedMeanwhile: (when: string, who: string) =>
    new AppError({
      code: 'CHANGED_MEANWHILE',
      status: 409,
      detail: `Someone else just changed this appointment: it’s now on ${when} with ${who}. Check it before you change it again.`,
    }),
  tooEarly: (when: string) =>
    new AppError({
      code: 'TOO_EARLY',
      status: 409,
      detail: `This appointment doesn’t start until ${when}. To record this before then, confirm it with early: true.`,
    }),
  holdExpired: (alternatives: Slot[]) =>
    new AppError({
      code: 'HOLD_EXPIRED',
      status: 409,
      detail: `The hold on that time has expired.${freeInstead(alternatives)}`,
      extra: { alternatives },
    }),
  callerUnknown: () =>
    new AppError({
      code: 'CALLER_UNKNOWN',
      status: 422,
      detail:
        'The caller’s number is hidden, so we can’t look up the appointment safely. Offer to take a message for the clinic.',
    }),
  refused: (code: string, detail: string) => new AppError({ code, status: STATUS[code] ?? 400, detail }),
  notFound: () =>
    new AppError({
      code: 'APPOINTMENT_NOT_FOUND',
      status: 404,
      detail: 'We couldn’t find that appointment at this clinic. Check the id, or reload the list.',
    }),
};

/** The two that are closest, in the order of the clock. */
function nextTo(at: Date, alternatives: Slot[]): Slot[] {
  const apart = ({ start }: Slot) => Math.abs(Date.parse(start) - at.getTime());
  return alternatives
    .toSorted((a, b) => apart(a) - apart(b))
    .slice(0, 2)
    .sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}
