import { useMutation } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { NoContent, request } from '../../../lib/api/request.ts';

const releaseHold = (id: string) =>
  request(NoContent, `/api/holds/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const useReleaseHold = (config: MutationConfig<typeof releaseHold> = {}) =>
  useMutation({ ...config, mutationFn: releaseHold, meta: { changes: ['appointment.updated'] } });
