import { TimeOffList, TimeOffQuery } from '@voxanne/contract';
import type { HttpServer } from '../../platform/http.ts';
import { tenantOf } from '../../tenancy/index.ts';
import { presentTimeOff } from './local-span.ts';
import type { RuleRouteOptions } from './rule-routes.ts';
import { listTimeOff } from './time-off.queries.ts';

export function registerTimeOffRoutes(server: HttpServer, options: RuleRouteOptions): void {
  const { database, tenantResolver } = options;
  const tags = ['time off'];

  server.get(
    '/api/time-off',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'Holidays of the clinic and absences of its providers',
        querystring: TimeOffQuery,
        response: { 200: TimeOffList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { from, to, provider_id } = request.query;
      const rows = await database.withTenant(tenant, (db) =>
        listTimeOff(db, tenant.orgId, { from, to, providerId: provider_id }),
      );
      return { data: rows.map(presentTimeOff), next_cursor: null };
    },
  );
}
