import { queryOptions } from '@tanstack/react-query';
import { SimulatedCall } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';
import { hasEnded } from '../call-view.ts';

const CALL_POLL_MS = 300;

export const callQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', id],
    queryFn: ({ signal }) =>
      request(SimulatedCall, `/api/simulator/calls/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) =>
      state.error !== null || (state.data && hasEnded(state.data)) ? false : CALL_POLL_MS,
  });
