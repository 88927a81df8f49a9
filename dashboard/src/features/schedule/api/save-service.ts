import { useMutation } from '@tanstack/react-query';
import { SavedService, type ServiceCreate, type ServicePatch } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

/** Without an id it is a new one. */
type ServiceSave = { id?: undefined; body: ServiceCreate } | { id: string; body: ServicePatch };

const saveService = ({ id, body }: ServiceSave) =>
  id === undefined
    ? request(SavedService, '/api/services', { method: 'POST', body })
    : request(SavedService, `/api/services/${id}`, { method: 'PATCH', body });

export const useSaveService = (config: MutationConfig<typeof saveService> = {}) =>
  useMutation({ ...config, mutationFn: saveService, meta: { changes: ['service.updated'] } });
