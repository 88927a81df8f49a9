import { queryOptions } from '@tanstack/react-query';
import { Organization } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: ({ signal }) => request(Organization, '/api/organization', { signal }),
});
