import { useMutation } from '@tanstack/react-query';
import { Accepted, type PasswordConfirmation } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const turnOffSecondFactor = (body: PasswordConfirmation) =>
  request(Accepted, '/api/auth/two-factor/disable', { method: 'POST', body });

export const useTurnOffSecondFactor = (config: MutationConfig<typeof turnOffSecondFactor> = {}) =>
  useMutation({ ...config, mutationFn: turnOffSecondFactor, meta: { changes: ['account.changed'] } });
