import { type MutationKey, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { ChangedAppointment } from '@voxanne/contract';
import type { MutationConfigOf } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';
import { appointmentQuery } from './appointment.ts';
import type { AppointmentList } from './appointments.ts';

/** @param key - Of this request: sent again after a lost answer, it has its effect once. */
export const sendChange = (path: string, method: 'PATCH' | 'POST', body: unknown, key: string) =>
  request(ChangedAppointment, `/api/appointments/${path}`, {
    method,
    body,
    headers: { 'idempotency-key': key },
  });

/** The answer is in the cache before an optimistic place goes away, so that nothing jumps back and forth. */
async function keep(queryClient: QueryClient, changed: ChangedAppointment) {
  await queryClient.cancelQueries({ queryKey: ['appointments'] });
  const { success: _, appointment_id: __, confirmation: ___, ...appointment } = changed;
  queryClient.setQueryData(appointmentQuery(changed.id).queryKey, appointment);
  queryClient.setQueriesData<AppointmentList>(
    { queryKey: ['appointments', 'list'] },
    (list) =>
      list && {
        ...list,
        appointments: list.appointments.map((one) => (one.id === appointment.id ? appointment : one)),
      },
  );
}

/** A verb that is answered by the appointment as it is now. */
export function useChange<Input>(
  mutationFn: (input: Input) => Promise<ChangedAppointment>,
  config: MutationConfigOf<ChangedAppointment, Input>,
  mutationKey?: MutationKey,
) {
  const queryClient = useQueryClient();
  return useMutation({
    ...config,
    ...(mutationKey && { mutationKey }),
    mutationFn,
    async onSuccess(changed, ...rest) {
      await keep(queryClient, changed);
      await config.onSuccess?.(changed, ...rest);
    },
    meta: { changes: ['appointment.updated'] },
  });
}
