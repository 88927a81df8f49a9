import { AppError } from '../platform/errors.ts';

const REFUSALS = {
  ALREADY_WAITING: {
    status: 409,
    detail: 'This patient is already on the waitlist for this service. Remove that entry first to change it.',
  },
  WAITLIST_ENTRY_NOT_FOUND: {
    status: 404,
    detail: 'We couldn’t find that entry on the waitlist. Reload the list.',
  },
  ORG_NOT_FOUND: { status: 404, detail: 'We couldn’t find that clinic. Sign in again.' },
  CONTACT_NOT_FOUND: {
    status: 422,
    detail:
      'We couldn’t find that patient at this clinic. Choose another one, or send a name and phone instead.',
  },
  PHONE_MISSING: {
    status: 422,
    detail:
      'This patient has no phone number, and offers are sent by text. Add a number to the patient first.',
  },
  PROVIDER_NOT_FOUND: {
    status: 422,
    detail: 'We couldn’t find that provider at this clinic. Choose another one, or leave out provider_id.',
  },
};

const isKnown = (code: string): code is keyof typeof REFUSALS => code in REFUSALS;

/** @param code - What `app_private.join_waitlist` or `app_private.leave_waitlist` answered. */
export function waitlistRefusal(code: string | undefined): AppError {
  const known = code !== undefined && isKnown(code) ? code : undefined;
  if (known === undefined) throw new Error(`The waitlist refused with ${code}, which has no message.`);
  return new AppError({ code: known, ...REFUSALS[known] });
}

/** A last day that has passed already. */
export const lastDayPassed = (latestDate: string, today: string): AppError =>
  new AppError({
    code: 'IN_THE_PAST',
    status: 422,
    detail: `latest_date (${latestDate}) has passed: today is ${today} at the clinic. Leave it out, or choose a later one.`,
  });

export const offerEnded = (): AppError =>
  new AppError({
    code: 'OFFER_ENDED',
    status: 409,
    detail:
      'That offer has ended: the patient answered it, it expired, or it was withdrawn. Check the waitlist, and book the time if it’s still free.',
  });
