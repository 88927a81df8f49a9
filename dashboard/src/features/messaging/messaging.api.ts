import { queryOptions } from '@tanstack/react-query';
import { MessageDetail, MessagePage, SimulatedPhone } from '@voxanne/contract';
import { request } from '../../lib/api/request.ts';

export const messagesQuery = (to?: string) =>
  queryOptions({
    queryKey: ['messages', 'list', to ?? ''],
    queryFn: ({ signal }) => request(MessagePage, '/api/messages', { query: { to, limit: 100 }, signal }),
  });

export const messageQuery = (id: string) =>
  queryOptions({
    queryKey: ['messages', 'one', id],
    queryFn: ({ signal }) => request(MessageDetail, `/api/messages/${encodeURIComponent(id)}`, { signal }),
  });

export const phoneQuery = (number: string) =>
  queryOptions({
    queryKey: ['phone', number],
    queryFn: ({ signal }) => request(SimulatedPhone, '/api/simulator/phone', { query: { number }, signal }),
  });
