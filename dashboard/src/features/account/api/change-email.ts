import { useMutation } from '@tanstack/react-query';
import { Accepted, type EmailChange } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const changeEmail = (body: EmailChange) =>
  request(Accepted, '/api/auth/change-email', { method: 'POST', body });

export const useChangeEmail = (config: MutationConfig<typeof changeEmail> = {}) =>
  useMutation({ ...config, mutationFn: changeEmail, meta: { changes: [] } });
