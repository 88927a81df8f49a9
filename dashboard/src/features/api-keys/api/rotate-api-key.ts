import { useMutation } from '@tanstack/react-query';
import { NewApiKey } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

interface Rotation {
  id: string;
  overlapHours: number;
}

const rotateApiKey = ({ id, overlapHours }: Rotation) =>
  request(NewApiKey, `/api/api-keys/${id}/rotate`, { method: 'POST', body: { overlap_hours: overlapHours } });

export const useRotateApiKey = (config: MutationConfig<typeof rotateApiKey> = {}) =>
  useMutation({ ...config, mutationFn: rotateApiKey, meta: { changes: ['api_key.updated'] } });
