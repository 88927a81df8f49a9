import { queryOptions } from '@tanstack/react-query';
import { MessageDetail } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const messageQuery = (id: string) =>
  queryOptions({
    queryKey: ['messages', 'one', id],
    queryFn: ({ signal }) => request(MessageDetail, `/api/messages/${encodeURIComponent(id)}`, { signal }),
  });
