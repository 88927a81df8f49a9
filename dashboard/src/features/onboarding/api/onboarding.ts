import { queryOptions } from '@tanstack/react-query';
import { Onboarding } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const onboardingQuery = queryOptions({
  queryKey: ['onboarding'],
  queryFn: ({ signal }) => request(Onboarding, '/api/onboarding', { signal }),
});
