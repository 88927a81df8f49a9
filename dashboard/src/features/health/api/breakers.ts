import { queryOptions } from '@tanstack/react-query';
import { CircuitBreakerList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const breakersQuery = queryOptions({
  queryKey: ['health', 'breakers'],
  queryFn: ({ signal }) => request(CircuitBreakerList, '/api/circuit-breakers', { signal }),
});
