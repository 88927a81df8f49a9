import { queryOptions } from '@tanstack/react-query';
import { VapiIntegration } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const vapiQuery = queryOptions({
  queryKey: ['vapi'],
  queryFn: ({ signal }) => request(VapiIntegration, '/api/integrations/vapi', { signal }),
});
