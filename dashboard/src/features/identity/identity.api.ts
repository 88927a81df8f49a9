import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { Me, type SignInRequest, type SignUpRequest } from '@voxanne/contract';
import { z } from 'zod';
import { ApiError, isSignedOut } from '../../lib/api/api-error.ts';
import { request } from '../../lib/api/request.ts';
import { rememberHere } from './known-here.ts';

const Accepted = z.unknown();

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request(Me, '/api/me', { signal }),
  staleTime: 60_000,
});

export const signUp = (body: SignUpRequest) =>
  request(Accepted, '/api/auth/sign-up/email', { method: 'POST', body });

export const signIn = (body: SignInRequest) =>
  request(Accepted, '/api/auth/sign-in/email', { method: 'POST', body });

const Session = z.object({ user: z.object({ email: z.string() }) }).nullable();

/** Whose session this browser has, with a clinic or without; null: no one's. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => request(Session, '/api/auth/get-session', { signal }),
});

/** Asked without a session the answer is null, not a refusal. No answer at all rules nothing out. */
export const mayHaveSession = (): Promise<boolean> =>
  request(Accepted, '/api/auth/get-session').then(
    (session) => session !== null,
    () => true,
  );

/**
 * After the password was right: learns who that is, so that every page opens at once.
 * @throws {ApiError} COOKIE_BLOCKED when the browser did not keep the session.
 */
export async function enter(queryClient: QueryClient): Promise<void> {
  queryClient.removeQueries();
  try {
    await queryClient.fetchQuery(meQuery);
  } catch (error) {
    if (!(error instanceof ApiError) || !isSignedOut(error)) throw error;
    throw new ApiError({
      status: 0,
      code: 'COOKIE_BLOCKED',
      message:
        'Your password is right, but this browser didn’t keep the session. Allow cookies for this site, then sign in again.',
    });
  }
  rememberHere();
}

export const signOut = () => request(Accepted, '/api/auth/sign-out', { method: 'POST', body: {} });
