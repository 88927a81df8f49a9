import { queryOptions } from '@tanstack/react-query';
import { InvitationList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: async ({ signal }) => (await request(InvitationList, '/api/invitations', { signal })).data,
});
