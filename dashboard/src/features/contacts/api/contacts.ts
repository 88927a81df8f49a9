import { infiniteQueryOptions } from '@tanstack/react-query';
import { ContactPage, type ContactStatus } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export interface ContactSearch {
  find: string;
  status: ContactStatus | undefined;
}

export const contactsQuery = ({ find, status }: ContactSearch) =>
  infiniteQueryOptions({
    queryKey: ['contacts', 'list', find, status ?? ''],
    queryFn: ({ signal, pageParam }) =>
      request(ContactPage, '/api/contacts', {
        query: { search: find === '' ? undefined : find, status, cursor: pageParam, limit: 50 },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
