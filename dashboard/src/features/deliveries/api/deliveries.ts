import { infiniteQueryOptions } from '@tanstack/react-query';
import { DeliveryPage, type DeliveryProvider, type DeliveryStatus } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

// Webhooks make no live event: they would be most of the stream.
export const LOOK_EVERY_MS = 5_000;

export interface Filter {
  status?: DeliveryStatus | undefined;
  provider?: DeliveryProvider | undefined;
}

export const deliveriesQuery = ({ status, provider }: Filter) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', 'list', status ?? '', provider ?? ''],
    queryFn: ({ signal, pageParam }) =>
      request(DeliveryPage, '/api/webhooks/deliveries', {
        query: { status, provider, limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: LOOK_EVERY_MS,
  });
