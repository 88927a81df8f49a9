import { queryOptions } from '@tanstack/react-query';
import { Account } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: ({ signal }) => request(Account, '/api/auth/account', { signal }),
});
