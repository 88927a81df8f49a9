import { queryOptions } from '@tanstack/react-query';
import { Me } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';
import { showClinic } from '../../../lib/api/shown-clinic.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  async queryFn({ signal }) {
    const me = await request(Me, '/api/me', { signal });
    showClinic(me.org_id);
    return me;
  },
  staleTime: 60_000,
});
