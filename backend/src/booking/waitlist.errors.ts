import { AppError } from '../platform/errors.ts';

const STATUS: Record<string, number> = {
  ALREADY_WAITING: 409,
  WAITLIST_ENTRY_NOT_FOUND: 404,
  ORG_NOT_FOUND: 404,
};

/** @param refusal - What `app_private.join_waitlist` or `app_private.leave_waitlist` answered, or a code of ours. */
export const waitlistRefusal = ({
  error = 'REFUSED',
  message = 'There is no such entry in the waitlist.',
}: {
  error?: string;
  message?: string;
}): AppError => new AppError({ code: error, status: STATUS[error] ?? 422, detail: message });
