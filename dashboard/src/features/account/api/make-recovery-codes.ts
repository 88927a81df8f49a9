import { useMutation } from '@tanstack/react-query';
import { type PasswordConfirmation, RecoveryCodes } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const makeRecoveryCodes = (body: PasswordConfirmation) =>
  request(RecoveryCodes, '/api/auth/two-factor/generate-backup-codes', { method: 'POST', body });

export const useMakeRecoveryCodes = (config: MutationConfig<typeof makeRecoveryCodes> = {}) =>
  useMutation({ ...config, mutationFn: makeRecoveryCodes, meta: { changes: ['account.changed'] } });
