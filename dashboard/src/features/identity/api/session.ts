import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { request } from '../../../lib/api/request.ts';

const Session = z.object({ user: z.object({ email: z.string() }) }).nullable();

/** Asked without a session the answer is null, not a refusal. */
const readSession = (signal?: AbortSignal) =>
  request(Session, '/api/auth/get-session', signal === undefined ? {} : { signal });

/** Whose session this browser has, with a clinic or without; null: no one's. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => readSession(signal),
});

/** No answer at all rules nothing out. */
export const mayHaveSession = (): Promise<boolean> =>
  readSession().then(
    (session) => session !== null,
    () => true,
  );
