import { queryOptions } from '@tanstack/react-query';
import { DeliveryDetail } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';
import { LOOK_EVERY_MS } from './deliveries.ts';

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['deliveries', 'one', id],
    queryFn: ({ signal }) => request(DeliveryDetail, `/api/webhooks/deliveries/${id}`, { signal }),
    refetchInterval: LOOK_EVERY_MS,
  });
