import type { QueryClient } from '@tanstack/react-query';
import { ApiError, isSignedOut } from '../../lib/api/api-error.ts';
import { forgetClinic } from '../../lib/api/shown-clinic.ts';
import { meQuery } from './api/me.ts';
import { rememberHere } from './known-here.ts';
import { sessionResumed } from './session-end.ts';

/**
 * After the password was right: learns who that is, so that every page opens at once.
 * @throws {ApiError} COOKIE_BLOCKED when the browser did not keep the session.
 */
export async function enter(queryClient: QueryClient): Promise<void> {
  queryClient.removeQueries();
  forgetClinic();
  sessionResumed();
  try {
    await queryClient.fetchQuery(meQuery);
  } catch (error) {
    // Signed in, and the next page leads to what is missing.
    if (error instanceof ApiError && error.code === 'SECOND_FACTOR_REQUIRED') return rememberHere();
    if (!(error instanceof ApiError) || !isSignedOut(error)) throw error;
    throw new ApiError({
      status: 0,
      code: 'COOKIE_BLOCKED',
      message:
        'Your password is right, but this browser didn’t keep you signed in. Allow cookies for this site, then sign in again.',
    });
  }
  rememberHere();
}
