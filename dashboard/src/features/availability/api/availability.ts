import { queryOptions } from '@tanstack/react-query';
import { Availability } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** The free times from one local day of the clinic to another, of one provider or of all. */
export const availabilityQuery = (
  service_type: string,
  { from, to, providerId }: { from: string; to: string; providerId: string },
) =>
  queryOptions({
    queryKey: ['availability', service_type, from, to, providerId],
    queryFn: ({ signal }) =>
      request(Availability, '/api/availability', {
        query: { service_type, from, to, provider_id: providerId },
        signal,
      }),
    enabled: service_type !== '' && from !== '',
  });
