import { useMutation } from '@tanstack/react-query';
import { ApiKey } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

interface LimitChange {
  id: string;
  requestsPerHour: number | null;
}

const changeApiKey = ({ id, requestsPerHour }: LimitChange) =>
  request(ApiKey, `/api/api-keys/${id}`, { method: 'PATCH', body: { requests_per_hour: requestsPerHour } });

export const useChangeApiKey = (config: MutationConfig<typeof changeApiKey> = {}) =>
  useMutation({ ...config, mutationFn: changeApiKey, meta: { changes: ['api_key.updated'] } });
