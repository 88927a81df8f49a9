import { useMutation } from '@tanstack/react-query';
import { CircuitBreaker } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const resetBreaker = (name: string) =>
  request(CircuitBreaker, '/api/circuit-breakers/reset', { method: 'POST', body: { name } });

export const useResetBreaker = (config: MutationConfig<typeof resetBreaker> = {}) =>
  useMutation({ ...config, mutationFn: resetBreaker, meta: { changes: ['breaker.reset'] } });
