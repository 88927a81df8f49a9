import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ContactDetail, ContactPage, type ContactPatch, type ContactStatus } from '@voxanne/contract';
import { request } from '../../lib/api/request.ts';

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

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', 'one', id],
    queryFn: ({ signal }) => request(ContactDetail, `/api/contacts/${encodeURIComponent(id)}`, { signal }),
  });

export const changeContact = (id: string, patch: ContactPatch) =>
  request(ContactDetail, `/api/contacts/${encodeURIComponent(id)}`, { method: 'PATCH', body: patch });
