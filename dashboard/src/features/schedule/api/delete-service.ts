import { useMutation } from '@tanstack/react-query';
import { Deleted } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const deleteService = (id: string) => request(Deleted, `/api/services/${id}`, { method: 'DELETE' });

export const useDeleteService = (config: MutationConfig<typeof deleteService> = {}) =>
  useMutation({ ...config, mutationFn: deleteService, meta: { changes: ['service.updated'] } });
