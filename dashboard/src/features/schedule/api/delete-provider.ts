import { useMutation } from '@tanstack/react-query';
import { Deleted } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

interface Deletion {
  id: string;
  /** Although appointments are still to come. */
  force: boolean;
}

const deleteProvider = ({ id, force }: Deletion) =>
  request(Deleted, `/api/providers/${id}`, { method: 'DELETE', query: { force: String(force) } });

export const useDeleteProvider = (config: MutationConfig<typeof deleteProvider> = {}) =>
  useMutation({ ...config, mutationFn: deleteProvider, meta: { changes: ['provider.updated'] } });
