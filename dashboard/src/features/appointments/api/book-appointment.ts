import { useMutation } from '@tanstack/react-query';
import { Booked, type BookRequest } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

interface Booking {
  body: BookRequest;
  /** The same for the same request: sent again after a lost answer, it books once. */
  key: string;
}

const bookAppointment = ({ body, key }: Booking) =>
  request(Booked, '/api/appointments', { method: 'POST', body, headers: { 'idempotency-key': key } });

export const useBookAppointment = (config: MutationConfig<typeof bookAppointment> = {}) =>
  useMutation({ ...config, mutationFn: bookAppointment, meta: { changes: ['appointment.booked'] } });
