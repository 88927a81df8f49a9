import { queryOptions } from '@tanstack/react-query';
import { SimulatedPhone } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** What a patient's phone shows, in the sandbox. */
export const phoneQuery = (number: string) =>
  queryOptions({
    queryKey: ['phone', number],
    queryFn: ({ signal }) => request(SimulatedPhone, '/api/simulator/phone', { query: { number }, signal }),
  });
