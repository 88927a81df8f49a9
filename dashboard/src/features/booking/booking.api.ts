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

export const availabilityQuery = (serviceType: string, from: string, to: string) =>
  queryOptions({
    queryKey: ['availability', serviceType, from, to],
    queryFn: ({ signal }) =>
      request(Availability, '/api/availability', { query: { service_type: serviceType, from, to }, signal }),
    enabled: serviceType !== '',
  });

export const book = (body: BookRequest, idempotencyKey: string) =>
  request(Booked, '/api/appointments', {
    method: 'POST',
    body,
    headers: { 'idempotency-key': idempotencyKey },
  });
