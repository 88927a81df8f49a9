import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { request } from '../../../lib/api/request.ts';

const Mode = z.object({ mode: z.enum(['sandbox', 'live']), version: z.string() });

export const modeQuery = queryOptions({
  queryKey: ['mode'],
  queryFn: ({ signal }) => request(Mode, '/api/mode', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});
