import { queryOptions } from '@tanstack/react-query';
import { AppointmentPage, Availability, Booked, type BookRequest, ServiceList } from '@voxanne/contract';
import { request } from '../../lib/api/request.ts';

export const servicesQuery = queryOptions({
  queryKey: ['services'],
  queryFn: ({ signal }) => request(ServiceList, '/api/services', { signal }),
  staleTime: 60_000,
});

export const appointmentsQuery = (from: string) =>
  queryOptions({
    queryKey: ['appointments', from],
    queryFn: ({ signal }) =>
      request(AppointmentPage, '/api/appointments', { query: { from, limit: 100 }, signal }),
  });

/** The free times from one local day of the clinic to another, of one provider or of all. */
export const availabilityQuery = (
  service_type: string,
  { from, to, providerId }: { from: string; to: string; providerId: string },
) =>
  queryOptions({
    queryKey: ['availability', service_type, from, to, providerId],
    queryFn: ({ signal }) =>
      request(Availability, '/api/availability', {
        query: { service_type, from, to, provider_id: providerId },
        signal,
      }),
    enabled: service_type !== '' && from !== '',
  });

export const book = (body: BookRequest, idempotencyKey: string) =>
  request(Booked, '/api/appointments', {
    method: 'POST',
    body,
    headers: { 'idempotency-key': idempotencyKey },
  });
