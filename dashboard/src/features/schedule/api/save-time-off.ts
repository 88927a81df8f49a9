import { useMutation } from '@tanstack/react-query';
import { SavedTimeOff, type TimeOffCreate, type TimeOffPatch } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

/** Without an id it is a new one. */
type TimeOffSave = { id?: undefined; body: TimeOffCreate } | { id: string; body: TimeOffPatch };

const saveTimeOff = ({ id, body }: TimeOffSave) =>
  id === undefined
    ? request(SavedTimeOff, '/api/time-off', { method: 'POST', body })
    : request(SavedTimeOff, `/api/time-off/${id}`, { method: 'PATCH', body });

export const useSaveTimeOff = (config: MutationConfig<typeof saveTimeOff> = {}) =>
  useMutation({ ...config, mutationFn: saveTimeOff, meta: { changes: ['time_off.updated'] } });
