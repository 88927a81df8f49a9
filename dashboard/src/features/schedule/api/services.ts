import { queryOptions } from '@tanstack/react-query';
import { ServiceList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const servicesQuery = queryOptions({
  queryKey: ['services'],
  queryFn: async ({ signal }) => (await request(ServiceList, '/api/services', { signal })).data,
  // They change seldom, and a live event says when.
  staleTime: 60_000,
});
