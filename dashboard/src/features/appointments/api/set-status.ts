import type { StatusRequest } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { idempotencyKey } from '../../../lib/api/request.ts';
import { sendChange, useChange } from './use-change.ts';

type StatusChange = { id: string } & StatusRequest;

const setStatus = ({ id, ...body }: StatusChange) =>
  sendChange(`${encodeURIComponent(id)}/status`, 'POST', body, idempotencyKey());

export const useSetAppointmentStatus = (config: MutationConfig<typeof setStatus>) =>
  useChange(setStatus, config);
