import { AppError } from '../platform/errors.ts';

export const notSignedIn = () =>
  new AppError({
    code: 'NOT_SIGNED_IN',
    status: 401,
    detail: 'You’re not signed in. Sign in and try again.',
  });
