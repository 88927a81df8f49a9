import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const removeMember = (userId: string) => request(NoContent, `/api/members/${userId}`, { method: 'DELETE' });

export const useRemoveMember = (config: MutationConfig<typeof removeMember> = {}) =>
  useMutation({ ...config, mutationFn: removeMember, meta: { changes: ['team.updated'] } });
