import { Availability, AvailabilityQuery } from '@voxanne/contract';
import type { HttpServer } from '../platform/http.ts';
import { type TenantResolver, tenantOf } from '../tenancy/index.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { findAvailability } from './find-availability.ts';

/** The free times, as they are asked for over HTTP. */
export function registerAvailabilityRoutes(
  server: HttpServer,
  { context, tenantResolver }: { context: AvailabilityContext; tenantResolver: TenantResolver },
): void {
  server.get(
    '/api/availability',
    {
      onRequest: tenantResolver,
      schema: {
        tags: ['booking'],
        operationId: 'findAvailability',
        summary: 'Free times, and why a day or a time is not free',
        description:
          'The free times of a service by start; of several providers who are free then the first is the one with the least to do. Days without any have a reason. explain=true adds why each other start of the first seven days is refused. No other service is asked.',
        querystring: AvailabilityQuery,
        response: { 200: Availability },
      },
    },
    async (request) => {
      const { service_type, from, to, provider_id, time_zone, explain } = request.query;
      return findAvailability(context, tenantOf(request), {
        serviceType: service_type,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(provider_id ? { providerId: provider_id } : {}),
        ...(time_zone === undefined ? {} : { timeZone: time_zone }),
        explain: explain === 'true',
      });
    },
  );
}
