import { useMutation } from '@tanstack/react-query';
import { type ProviderCreate, type ProviderPatch, SavedProvider } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

/** Without an id it is a new one. */
type ProviderSave = { id?: undefined; body: ProviderCreate } | { id: string; body: ProviderPatch };

const saveProvider = ({ id, body }: ProviderSave) =>
  id === undefined
    ? request(SavedProvider, '/api/providers', { method: 'POST', body })
    : request(SavedProvider, `/api/providers/${id}`, { method: 'PATCH', body });

export const useSaveProvider = (config: MutationConfig<typeof saveProvider> = {}) =>
  useMutation({ ...config, mutationFn: saveProvider, meta: { changes: ['provider.updated'] } });
