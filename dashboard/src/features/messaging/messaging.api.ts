import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import {
  Appointment as AppointmentSchema,
  MessageDetail,
  MessagePage,
  SimulatedPhone,
  TextAccepted,
} from '@voxanne/contract';
import { request } from '../../lib/api/request.ts';

export const messagesQuery = (to?: string) =>
  queryOptions({
    queryKey: ['messages', 'list', to ?? ''],
    queryFn: ({ signal }) => request(MessagePage, '/api/messages', { query: { to, limit: 100 }, signal }),
  });

const PAGE = 50;

/** All texts, page by page; of the patients that are looked for. */
export const messagePagesQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ['messages', 'pages', search],
    queryFn: ({ pageParam, signal }) =>
      request(MessagePage, '/api/messages', { query: { search, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: (before) => before,
  });

/** Texts that did not arrive and with which no one has dealt yet. */
export const refusedTextsQuery = queryOptions({
  queryKey: ['messages', 'refused'],
  queryFn: ({ signal }) =>
    request(MessagePage, '/api/messages', { query: { needs_attention: 'true', limit: 50 }, signal }),
});

const pathOf = (id: string) => `/api/messages/${encodeURIComponent(id)}`;

export const messageQuery = (id: string) =>
  queryOptions({
    queryKey: ['messages', 'one', id],
    queryFn: ({ signal }) => request(MessageDetail, pathOf(id), { signal }),
  });

export const resendText = (id: string) => request(TextAccepted, `${pathOf(id)}/resend`, { method: 'POST' });

export const setInformed = (id: string, informed: boolean) =>
  request(MessageDetail, pathOf(id), { method: 'PATCH', body: { informed } });

/** The text about the last change of an appointment, as long as it waits. */
export const withdrawText = (appointmentId: string) =>
  request(AppointmentSchema, `/api/appointments/${encodeURIComponent(appointmentId)}/withdraw-text`, {
    method: 'POST',
  });

export const phoneQuery = (number: string) =>
  queryOptions({
    queryKey: ['phone', number],
    queryFn: ({ signal }) => request(SimulatedPhone, '/api/simulator/phone', { query: { number }, signal }),
  });
