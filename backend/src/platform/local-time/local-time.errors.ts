import { AppError } from '../errors.ts';

/** A date or a time that doesn't exist or can't be read; `detail` says which and what to do. */
export const invalidTime = (detail: string): AppError =>
  new AppError({ code: 'INVALID_TIME', status: 400, detail });
