import { queryOptions } from '@tanstack/react-query';
import { ProviderList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: async ({ signal }) => (await request(ProviderList, '/api/providers', { signal })).data,
  // They change seldom, and a live event says when.
  staleTime: 60_000,
});
