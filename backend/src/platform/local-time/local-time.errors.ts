import { AppError } from '../errors.ts';

/** A date or a time that does not exist, or that is none; `detail` says which and what to do. */
export const invalidTime = (detail: string): AppError =>
  new AppError({ code: 'INVALID_TIME', status: 400, detail });
