import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const endSession = (id: string) => request(NoContent, `/api/auth/sessions/${id}`, { method: 'DELETE' });

export const useEndSession = (config: MutationConfig<typeof endSession> = {}) =>
  useMutation({ ...config, mutationFn: endSession, meta: { changes: ['account.changed'] } });
