import { queryOptions } from '@tanstack/react-query';
import {
  RotatedSecret,
  type RotateSecretRequest,
  SimulatedCall,
  type SimulatedCallRequest,
  SimulatedCallStarted,
  VapiIntegration,
} from '@voxanne/contract';
import type { z } from 'zod';
import { request } from '../../lib/api/request.ts';
import { hasEnded } from './call-view.ts';

const CALL_POLL_MS = 300;

export const vapiQuery = queryOptions({
  queryKey: ['vapi'],
  queryFn: ({ signal }) => request(VapiIntegration, '/api/integrations/vapi', { signal }),
});

export const rotateSecret = (body: z.input<typeof RotateSecretRequest>) =>
  request(RotatedSecret, '/api/integrations/vapi/rotate-secret', { method: 'POST', body });

export const startCall = (body: SimulatedCallRequest) =>
  request(SimulatedCallStarted, '/api/simulator/call', { method: 'POST', body });

export const callQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', id],
    queryFn: ({ signal }) =>
      request(SimulatedCall, `/api/simulator/calls/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) =>
      state.error !== null || (state.data && hasEnded(state.data)) ? false : CALL_POLL_MS,
  });
