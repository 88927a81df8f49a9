import { queryOptions } from '@tanstack/react-query';
import { AccountSessionList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await request(AccountSessionList, '/api/auth/sessions', { signal })).data,
});
