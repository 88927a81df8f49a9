import { useMutation } from '@tanstack/react-query';
import { type ApiKeyCreate, NewApiKey } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const createApiKey = (body: ApiKeyCreate) => request(NewApiKey, '/api/api-keys', { method: 'POST', body });

export const useCreateApiKey = (config: MutationConfig<typeof createApiKey> = {}) =>
  useMutation({ ...config, mutationFn: createApiKey, meta: { changes: ['api_key.updated'] } });
