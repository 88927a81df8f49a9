import { useMutation } from '@tanstack/react-query';
import { type SimulatedCallRequest, SimulatedCallStarted } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const startCall = (body: SimulatedCallRequest) =>
  request(SimulatedCallStarted, '/api/simulator/call', { method: 'POST', body });

/** It names no change: what the call does is reported as it happens. */
export const useStartCall = (config: MutationConfig<typeof startCall> = {}) =>
  useMutation({ ...config, mutationFn: startCall });
