import { queryOptions } from '@tanstack/react-query';
import { Mode } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const modeQuery = queryOptions({
  queryKey: ['mode'],
  queryFn: ({ signal }) => request(Mode, '/api/mode', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});
