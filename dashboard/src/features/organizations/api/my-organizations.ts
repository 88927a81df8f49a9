import { queryOptions } from '@tanstack/react-query';
import { MyOrganizationList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** Also for someone without a clinic. */
export const myOrganizationsQuery = queryOptions({
  queryKey: ['my-organizations'],
  queryFn: ({ signal }) => request(MyOrganizationList, '/api/organizations', { signal }),
  staleTime: 60_000,
});
