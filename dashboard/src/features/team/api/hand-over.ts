import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const handOver = (userId: string) =>
  request(NoContent, '/api/members/hand-over', { method: 'POST', body: { user_id: userId } });

export const useHandOver = (config: MutationConfig<typeof handOver> = {}) =>
  useMutation({ ...config, mutationFn: handOver, meta: { changes: ['team.updated'] } });
