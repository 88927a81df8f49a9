import { queryOptions } from '@tanstack/react-query';
import { MemberList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async ({ signal }) => (await request(MemberList, '/api/members', { signal })).data,
});
