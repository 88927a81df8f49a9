import { useMutation } from '@tanstack/react-query';
import { Accepted, type PasswordChange } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const changePassword = (body: PasswordChange) =>
  request(Accepted, '/api/auth/change-password', { method: 'POST', body });

export const useChangePassword = (config: MutationConfig<typeof changePassword> = {}) =>
  useMutation({ ...config, mutationFn: changePassword, meta: { changes: ['account.changed'] } });
