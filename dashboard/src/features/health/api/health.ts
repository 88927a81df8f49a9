import { queryOptions } from '@tanstack/react-query';
import { HealthIntegrations } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const healthQuery = queryOptions({
  queryKey: ['health', 'integrations'],
  queryFn: ({ signal }) => request(HealthIntegrations, '/api/health/integrations', { signal }),
  refetchInterval: 60_000,
});
