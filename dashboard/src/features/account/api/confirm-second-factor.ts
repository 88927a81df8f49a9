import { useMutation } from '@tanstack/react-query';
import { SignedIn, type TotpCode } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const confirmSecondFactor = (body: TotpCode) =>
  request(SignedIn, '/api/auth/two-factor/verify-totp', { method: 'POST', body });

export const useConfirmSecondFactor = (config: MutationConfig<typeof confirmSecondFactor> = {}) =>
  useMutation({ ...config, mutationFn: confirmSecondFactor, meta: { changes: ['account.changed'] } });
