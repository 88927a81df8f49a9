import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const revokeApiKey = (id: string) => request(NoContent, `/api/api-keys/${id}`, { method: 'DELETE' });

export const useRevokeApiKey = (config: MutationConfig<typeof revokeApiKey> = {}) =>
  useMutation({
    ...config,
    mutationFn: revokeApiKey,
    meta: { changes: ['api_key.updated', 'team.updated'] },
  });
