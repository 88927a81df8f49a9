import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const withdrawInvitation = (id: string) => request(NoContent, `/api/invitations/${id}`, { method: 'DELETE' });

export const useWithdrawInvitation = (config: MutationConfig<typeof withdrawInvitation> = {}) =>
  useMutation({ ...config, mutationFn: withdrawInvitation, meta: { changes: ['team.updated'] } });
