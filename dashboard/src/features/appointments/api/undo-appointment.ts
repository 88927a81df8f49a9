import type { Appointment } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { idempotencyKey } from '../../../lib/api/request.ts';
import { TEXT_AFTER_S } from '../../messaging/text-delay.ts';
import { sendChange, useChange } from './use-change.ts';

const undoAppointment = ({ id }: Pick<Appointment, 'id'>) =>
  sendChange(`${encodeURIComponent(id)}/undo`, 'POST', { notify_after_s: TEXT_AFTER_S }, idempotencyKey());

export const useUndoAppointment = (config: MutationConfig<typeof undoAppointment>) =>
  useChange(undoAppointment, config);
