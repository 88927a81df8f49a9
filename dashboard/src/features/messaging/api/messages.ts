import { infiniteQueryOptions } from '@tanstack/react-query';
import { MessagePage } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

interface Filter {
  /** Of the patients that are looked for. */
  search?: string;
  /** To one number. */
  to?: string | undefined;
  /** Those that did not arrive and with which no one has dealt yet. */
  needsAttention?: boolean;
}

/** Texts, newest first, page by page. */
export const messagesQuery = ({ search = '', to = '', needsAttention = false }: Filter) =>
  infiniteQueryOptions({
    queryKey: ['messages', 'list', search, to, needsAttention],
    queryFn: ({ pageParam, signal }) =>
      request(MessagePage, '/api/messages', {
        query: {
          search,
          to,
          needs_attention: needsAttention ? 'true' : undefined,
          limit: 50,
          cursor: pageParam,
        },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    select: ({ pages }) => ({
      messages: pages.flatMap(({ data }) => data),
      /** Of all pages, also those that were not read. */
      total: pages[0]?.total ?? 0,
    }),
  });
