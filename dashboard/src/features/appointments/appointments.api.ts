import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  type Appointment,
  AppointmentPage,
  Appointment as AppointmentSchema,
  Booked,
  type BookRequest,
  type CancelRequest,
  ChangedAppointment,
  HeldTimeList,
  type MoveRequest,
  type StatusRequest,
  type UndoRequest,
} from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../lib/api/request.ts';

const PAGE = 200;
/** More than any clinic has in a week; a page that asks forever would never show anything. */
const MOST_PAGES = 25;

/** Every appointment that begins in a range, page by page. */
export const rangeQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ['appointments', 'range', from, to],
    async queryFn({ signal }): Promise<Appointment[]> {
      const found: Appointment[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = { from, to, limit: PAGE, cursor };
        const { data, next_cursor } = await request(AppointmentPage, '/api/appointments', { query, signal });
        found.push(...data);
        if (next_cursor === null) break;
        cursor = next_cursor;
      }
      return found;
    },
    // The days before stay on the screen until the new ones are there.
    placeholderData: keepPreviousData,
  });

/** Under the appointments, so that whatever refreshes those refreshes these. */
export const heldQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ['appointments', 'held', from, to],
    queryFn: ({ signal }) => request(HeldTimeList, '/api/holds', { query: { from, to }, signal }),
    placeholderData: keepPreviousData,
  });

export const giveBack = (id: string) =>
  request(z.undefined(), `/api/holds/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const appointmentsQuery = (from: string) =>
  queryOptions({
    queryKey: ['appointments', from],
    queryFn: ({ signal }) =>
      request(AppointmentPage, '/api/appointments', { query: { from, limit: 100 }, signal }),
  });

const pathOf = (id: string) => `/api/appointments/${encodeURIComponent(id)}`;

export const appointmentQuery = (id: string) =>
  queryOptions({
    queryKey: ['appointments', 'one', id],
    queryFn: ({ signal }) => request(AppointmentSchema, pathOf(id), { signal }),
  });

const change = (path: string, method: 'PATCH' | 'POST', body: unknown, key: string) =>
  request(ChangedAppointment, path, { method, body, headers: { 'idempotency-key': key } });

export const moveAppointment = (id: string, body: Partial<MoveRequest>, key: string) =>
  change(pathOf(id), 'PATCH', body, key);

export const cancelAppointment = (id: string, body: CancelRequest, key: string) =>
  change(`${pathOf(id)}/cancel`, 'POST', body, key);

export const undoAppointment = (id: string, body: UndoRequest, key: string) =>
  change(`${pathOf(id)}/undo`, 'POST', body, key);

export const setStatus = (id: string, body: StatusRequest, key: string) =>
  change(`${pathOf(id)}/status`, 'POST', body, key);

export const book = (body: BookRequest, idempotencyKey: string) =>
  request(Booked, '/api/appointments', {
    method: 'POST',
    body,
    headers: { 'idempotency-key': idempotencyKey },
  });
