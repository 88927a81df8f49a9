import { AppError } from '../platform/errors.ts';

export const notAMember = () =>
  new AppError({
    code: 'NOT_A_MEMBER',
    status: 403,
    detail: 'You no longer belong to this clinic, or it no longer exists. Reload the page to continue.',
  });
