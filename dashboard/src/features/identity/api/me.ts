import { queryOptions } from '@tanstack/react-query';
import { Me } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request(Me, '/api/me', { signal }),
  staleTime: 60_000,
});
