import { useMutation } from '@tanstack/react-query';
import { type PasswordConfirmation, SecondFactorSetup } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const setUpSecondFactor = (body: PasswordConfirmation) =>
  request(SecondFactorSetup, '/api/auth/two-factor/enable', { method: 'POST', body });

export const useSetUpSecondFactor = (config: MutationConfig<typeof setUpSecondFactor> = {}) =>
  useMutation({ ...config, mutationFn: setUpSecondFactor, meta: { changes: [] } });
