import { useMutation } from '@tanstack/react-query';
import { Appointment } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';
import { appointmentQuery } from './appointment.ts';

const withdrawText = ({ id }: Pick<Appointment, 'id'>) =>
  request(Appointment, `/api/appointments/${encodeURIComponent(id)}/withdraw-text`, { method: 'POST' });

/** Takes back the text about the last change, as long as it waits; the change stays. */
export const useWithdrawText = (config: MutationConfig<typeof withdrawText> = {}) =>
  useMutation({
    ...config,
    mutationFn: withdrawText,
    meta: {
      changes: ['appointment.updated'],
      answers: ({ id }: Appointment) => appointmentQuery(id).queryKey,
    },
  });
