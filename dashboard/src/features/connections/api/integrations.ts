import { queryOptions } from '@tanstack/react-query';
import { IntegrationList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const integrationsQuery = queryOptions({
  queryKey: ['integrations'],
  queryFn: ({ signal }) => request(IntegrationList, '/api/integrations', { signal }),
});
