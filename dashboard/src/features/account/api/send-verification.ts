import { useMutation } from '@tanstack/react-query';
import { Accepted } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const sendVerification = () =>
  request(Accepted, '/api/auth/send-verification-email', { method: 'POST', body: {} });

export const useSendVerification = (config: MutationConfig<typeof sendVerification> = {}) =>
  useMutation({ ...config, mutationFn: sendVerification, meta: { changes: [] } });
