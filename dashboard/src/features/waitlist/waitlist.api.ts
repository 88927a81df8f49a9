import { queryOptions } from '@tanstack/react-query';
import { WaitlistEntry, WaitlistPage, type WaitlistRequest } from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../lib/api/request.ts';

/** Those who came first first. A clinic that keeps more than two hundred waiting reads the API. */
export const waitlistQuery = queryOptions({
  queryKey: ['waitlist'],
  queryFn: ({ signal }) => request(WaitlistPage, '/api/waitlist', { query: { limit: 200 }, signal }),
});

export const joinWaitlist = (body: WaitlistRequest) =>
  request(WaitlistEntry, '/api/waitlist', { method: 'POST', body });

const answer = (id: string, how: 'accept' | 'withdraw') =>
  request(WaitlistEntry, `/api/waitlist/${encodeURIComponent(id)}/offer/${how}`, { method: 'POST' });
export const acceptOffer = (id: string) => answer(id, 'accept');
export const withdrawOffer = (id: string) => answer(id, 'withdraw');

export const leaveWaitlist = (id: string) =>
  request(z.undefined(), `/api/waitlist/${encodeURIComponent(id)}`, { method: 'DELETE' });
