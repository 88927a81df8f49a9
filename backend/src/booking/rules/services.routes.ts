import { ActiveQuery, ServiceList } from '@voxanne/contract';
import type { HttpServer } from '../../platform/http.ts';
import { tenantOf } from '../../tenancy/index.ts';
import type { RuleRouteOptions } from './rule-routes.ts';
import { listServices } from './services.queries.ts';

export function registerServiceRoutes(server: HttpServer, options: RuleRouteOptions): void {
  const { database, tenantResolver } = options;
  const tags = ['services'];

  server.get(
    '/api/services',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'What the clinic offers',
        querystring: ActiveQuery,
        response: { 200: ServiceList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { active } = request.query;
      const data = await database.withTenant(tenant, (db) => listServices(db, tenant.orgId, active));
      return { data, next_cursor: null };
    },
  );
}
