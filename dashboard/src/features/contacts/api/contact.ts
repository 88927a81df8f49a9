import { queryOptions } from '@tanstack/react-query';
import { ContactDetail } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', 'one', id],
    queryFn: ({ signal }) => request(ContactDetail, `/api/contacts/${encodeURIComponent(id)}`, { signal }),
  });
