import { queryOptions } from '@tanstack/react-query';
import { ApiKeyList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: async ({ signal }) => (await request(ApiKeyList, '/api/api-keys', { signal })).data,
});
