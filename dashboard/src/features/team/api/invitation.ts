import { queryOptions } from '@tanstack/react-query';
import { InvitationFacts } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** A secret, so it is in no address; the answer is asked for once. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) =>
      request(InvitationFacts, '/api/invitations/look-up', { method: 'POST', body: { token }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
