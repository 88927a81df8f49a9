import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { HeldTimeList } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** Under the appointments: what refreshes those refreshes these. */
export const heldTimesQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ['appointments', 'held', from, to],
    queryFn: ({ signal }) => request(HeldTimeList, '/api/holds', { query: { from, to }, signal }),
    placeholderData: keepPreviousData,
  });
