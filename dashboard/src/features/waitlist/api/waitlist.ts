import { queryOptions } from '@tanstack/react-query';
import { WaitlistPage } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** Those who came first first. A clinic that keeps more than two hundred waiting reads the API. */
export const waitlistQuery = queryOptions({
  queryKey: ['waitlist'],
  queryFn: ({ signal }) => request(WaitlistPage, '/api/waitlist', { query: { limit: 200 }, signal }),
});
