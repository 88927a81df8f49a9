import type { Appointment, MoveRequest } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { idempotencyKey } from '../../../lib/api/request.ts';
import { sendChange, useChange } from './use-change.ts';

interface Edit {
  appointment: Appointment;
  body: Partial<MoveRequest>;
}

const editAppointment = ({ appointment, body }: Edit) =>
  sendChange(encodeURIComponent(appointment.id), 'PATCH', body, idempotencyKey());

/** Changes what an appointment is about. Its place on the screen stays, so nothing is drawn before the answer. */
export const useEditAppointment = (config: MutationConfig<typeof editAppointment>) =>
  useChange(editAppointment, config);
