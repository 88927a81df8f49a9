import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { TimeOffList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/**
 * @param from - YYYY-MM-DD; what ended before it is left out.
 * @param to - YYYY-MM-DD; what begins after it is left out. Without it everything that is planned is read.
 */
export const timeOffQuery = (from: string, to?: string) =>
  queryOptions({
    queryKey: ['time-off', from, to ?? ''],
    queryFn: async ({ signal }) =>
      (await request(TimeOffList, '/api/time-off', { query: { from, to }, signal })).data,
    // It changes seldom, and a live event says when.
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
