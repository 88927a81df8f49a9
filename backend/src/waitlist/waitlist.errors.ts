import { AppError } from '../platform/errors.ts';

const REFUSALS = {
  ALREADY_WAITING: {
    status: 409,
    detail: 'This patient is already on the waitlist for this service. Remove that entry first to change it.',
  },
  WAITLIST_ENTRY_NOT_FOUND: {
    status: 404,
    detail: 'There is no such entry on the waitlist of this clinic. Load the list again.',
  },
  ORG_NOT_FOUND: { status: 404, detail: 'There is no such clinic. Sign in again.' },
  CONTACT_NOT_FOUND: {
    status: 422,
    detail: 'There is no such patient in this clinic. Choose another one, or send name and phone instead.',
  },
  PHONE_MISSING: {
    status: 422,
    detail:
      'This patient has no phone number, and offers are sent by text. Add a number to the patient first.',
  },
  PROVIDER_NOT_FOUND: {
    status: 422,
    detail: 'There is no such provider in this clinic. Choose another one, or leave provider_id out.',
  },
};

const isKnown = (code: string): code is keyof typeof REFUSALS => code in REFUSALS;

/** @param code - What `app_private.join_waitlist` or `app_private.leave_waitlist` answered. */
export function waitlistRefusal(code: string | undefined): AppError {
  const known = code !== undefined && isKnown(code) ? code : undefined;
  if (known === undefined) throw new Error(`The waitlist refused with ${code}, which has no words.`);
  return new AppError({ code: known, ...REFUSALS[known] });
}

/** A last day that has passed already. */
export const lastDayPassed = (latestDate: string, today: string): AppError =>
  new AppError({
    code: 'IN_THE_PAST',
    status: 422,
    detail: `latest_date (${latestDate}) has passed: today is ${today} at the clinic. Leave it out, or choose a later one.`,
  });
