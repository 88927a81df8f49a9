import { queryOptions } from '@tanstack/react-query';
import { InvitationFacts, InvitationToken } from '@voxanne/contract';
import { ApiError } from '../../../lib/api/api-error.ts';
import { request } from '../../../lib/api/request.ts';

/** Links are pasted, and lose their end. */
const cutOff = () =>
  new ApiError({
    status: 0,
    code: 'INVITATION_NOT_FOUND',
    message: 'Part of the link is missing. Open the whole link again, or ask the clinic for a new one.',
  });

/** A secret, so it is in no address; the answer is asked for once. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => {
      if (!InvitationToken.safeParse({ token }).success) throw cutOff();
      return request(InvitationFacts, '/api/invitations/look-up', {
        method: 'POST',
        body: { token },
        signal,
      });
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
