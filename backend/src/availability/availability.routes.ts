import { Availability, AvailabilityQuery } from '@voxanne/contract';
import type { HttpServer } from '../platform/http.ts';
import { requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { findAvailability } from './find-availability.ts';

/** The free times over HTTP. */
export function registerAvailabilityRoutes(
  server: HttpServer,
  { context, tenantResolver }: { context: AvailabilityContext; tenantResolver: TenantResolver },
): void {
  server.get(
    '/api/availability',
    {
      onRequest: [tenantResolver, requireRight('schedule.read')],
      schema: {
        tags: ['booking'],
        operationId: 'findAvailability',
        summary: 'Free times, and why a day or a time isn’t free',
        description:
          'A service’s free times, in order. When several providers are free at the same time, the one with the fewest appointments comes first. Days without free times have a reason. explain=true also says why every other start in the first seven days isn’t free. No outside service is called.',
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
