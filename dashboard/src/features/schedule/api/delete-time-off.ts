import { useMutation } from '@tanstack/react-query';
import { TimeOffDeleted } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const deleteTimeOff = (id: string) => request(TimeOffDeleted, `/api/time-off/${id}`, { method: 'DELETE' });

export const useDeleteTimeOff = (config: MutationConfig<typeof deleteTimeOff> = {}) =>
  useMutation({ ...config, mutationFn: deleteTimeOff, meta: { changes: ['time_off.updated'] } });
