import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import {
  type BulkReplayRequest,
  BulkReplayResult,
  type BulkResendRequest,
  DeliveryDetail,
  DeliveryPage,
  type DeliveryProvider,
  type DeliveryStatus,
  OutgoingPage,
  ReplayResult,
} from '@voxanne/contract';
import { request } from '../../lib/api/request.ts';

const LIST = '/api/webhooks/deliveries';
// Webhooks make no live event: they would be most of the stream.
const LOOK_EVERY_MS = 5_000;

export interface Filter {
  status?: DeliveryStatus | undefined;
  provider?: DeliveryProvider | undefined;
}

export const deliveriesQuery = ({ status, provider }: Filter) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', 'list', status ?? '', provider ?? ''],
    queryFn: ({ signal, pageParam }) =>
      request(DeliveryPage, LIST, { query: { status, provider, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: LOOK_EVERY_MS,
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['deliveries', 'one', id],
    queryFn: ({ signal }) => request(DeliveryDetail, `${LIST}/${id}`, { signal }),
    refetchInterval: LOOK_EVERY_MS,
  });

export const replay = (id: string, dryRun: boolean) =>
  request(ReplayResult, `${LIST}/${id}/replay`, { method: 'POST', body: { dry_run: dryRun } });

export const replayMany = (body: BulkReplayRequest) =>
  request(BulkReplayResult, `${LIST}/replay`, { method: 'POST', body });

const OUTGOING = '/api/outgoing';

export const outgoingQuery = (status: DeliveryStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', 'outgoing', status ?? ''],
    queryFn: ({ signal, pageParam }) =>
      request(OutgoingPage, OUTGOING, { query: { status, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: LOOK_EVERY_MS,
  });

export const sendAgain = (id: string) =>
  request(ReplayResult, `${OUTGOING}/${id}/replay`, { method: 'POST', body: {} });

export const sendManyAgain = (body: BulkResendRequest) =>
  request(BulkReplayResult, `${OUTGOING}/replay`, { method: 'POST', body });
