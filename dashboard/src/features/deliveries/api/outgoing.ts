import { infiniteQueryOptions } from '@tanstack/react-query';
import { type DeliveryStatus, OutgoingPage } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';
import { LOOK_EVERY_MS } from './deliveries.ts';

export const outgoingQuery = (status: DeliveryStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', 'outgoing', status ?? ''],
    queryFn: ({ signal, pageParam }) =>
      request(OutgoingPage, '/api/outgoing', { query: { status, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: LOOK_EVERY_MS,
  });
