import { queryOptions } from '@tanstack/react-query';
import { Appointment } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const appointmentQuery = (id: string) =>
  queryOptions({
    queryKey: ['appointments', 'one', id],
    queryFn: ({ signal }) => request(Appointment, `/api/appointments/${encodeURIComponent(id)}`, { signal }),
  });
