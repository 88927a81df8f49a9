import { Availability, AvailabilityQuery } from '@voxanne/contract';
import type { HttpServer } from '../platform/http.ts';
import { tenantOf } from '../tenancy/index.ts';
import { registerAppointmentRoutes } from './appointments.routes.ts';
import { registerChangeRoutes } from './changes.routes.ts';
import { registerContactRoutes } from './contacts.routes.ts';
import { findAvailability } from './find-availability.ts';
import { registerHoldRoutes } from './holds.routes.ts';
import type { BookingRouteOptions } from './request-origin.ts';
import { registerProviderRoutes } from './rules/providers.routes.ts';
import { registerServiceRoutes } from './rules/services.routes.ts';
import { registerTimeOffRoutes } from './rules/time-off.routes.ts';
import { registerTaskRoutes } from './tasks/tasks.routes.ts';

export function registerBookingRoutes(server: HttpServer, options: BookingRouteOptions): void {
  const { context, tenantResolver } = options;
  const { database } = context;
  const tags = ['booking'];
  registerContactRoutes(server, { database, clock: context.clock, tenantResolver });
  registerServiceRoutes(server, { context, tenantResolver });
  registerProviderRoutes(server, { context, tenantResolver });
  registerTimeOffRoutes(server, { context, tenantResolver });

  registerAppointmentRoutes(server, options);
  registerChangeRoutes(server, options);
  registerHoldRoutes(server, options);
  registerTaskRoutes(server, options);

  server.get(
    '/api/availability',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        operationId: 'findAvailability',
        summary: 'Free times, and why a day or a time is none',
        description:
          'The free times of a service by start; of several providers who are free then the first is the one with the least to do. Days without any have a reason. explain=true adds why each other start of the first seven days is refused. Nothing outside is asked.',
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
