import { queryOptions } from '@tanstack/react-query';
import { OwnerLinkFacts } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** A secret, so it is in no address; the answer is asked for once. */
export const ownerLinkQuery = (token: string) =>
  queryOptions({
    queryKey: ['owner-link', token],
    queryFn: ({ signal }) =>
      request(OwnerLinkFacts, '/api/owner-links/look-up', { method: 'POST', body: { token }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
