import { queryOptions } from '@tanstack/react-query';
import { CircuitBreakerList, HealthIntegrations } from '@voxanne/contract';
import { request } from '../../lib/api/request.ts';

export const healthQuery = queryOptions({
  queryKey: ['health', 'integrations'],
  queryFn: ({ signal }) => request(HealthIntegrations, '/api/health/integrations', { signal }),
  refetchInterval: 60_000,
});

export const breakersQuery = queryOptions({
  queryKey: ['health', 'breakers'],
  queryFn: ({ signal }) => request(CircuitBreakerList, '/api/circuit-breakers', { signal }),
});
