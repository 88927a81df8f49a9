import { useMutation } from '@tanstack/react-query';
import { ReplayResult } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const sendAgain = (id: string) =>
  request(ReplayResult, `/api/outgoing/${id}/replay`, { method: 'POST', body: {} });

export const useSendAgain = (config: MutationConfig<typeof sendAgain> = {}) =>
  useMutation({ ...config, mutationFn: sendAgain, meta: { changes: ['delivery.replayed'] } });
