import { queryOptions } from '@tanstack/react-query';
import { CircuitBreaker, CircuitBreakerList, HealthIntegrations } from '@voxanne/contract';
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

export const resetBreaker = (name: string) =>
  request(CircuitBreaker, '/api/circuit-breakers/reset', { method: 'POST', body: { name } });
