import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const endOtherSessions = () =>
  request(NoContent, '/api/auth/sessions/end-others', { method: 'POST', body: {} });

export const useEndOtherSessions = (config: MutationConfig<typeof endOtherSessions> = {}) =>
  useMutation({ ...config, mutationFn: endOtherSessions, meta: { changes: ['account.changed'] } });
