import { ActiveQuery, ProviderList } from '@voxanne/contract';
import type { HttpServer } from '../../platform/http.ts';
import { tenantOf } from '../../tenancy/index.ts';
import { listProviders } from './providers.queries.ts';
import type { RuleRouteOptions } from './rule-routes.ts';

export function registerProviderRoutes(server: HttpServer, options: RuleRouteOptions): void {
  const { database, tenantResolver } = options;
  const tags = ['providers'];

  server.get(
    '/api/providers',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'Who can be booked, and when they work',
        querystring: ActiveQuery,
        response: { 200: ProviderList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { active } = request.query;
      const data = await database.withTenant(tenant, (db) => listProviders(db, tenant.orgId, active));
      return { data, next_cursor: null };
    },
  );
}
