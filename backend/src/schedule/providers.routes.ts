import {
  ActiveQuery,
  Deleted,
  DeleteQuery,
  Id,
  ProviderCreate,
  ProviderList,
  ProviderPatch,
  SavedProvider,
} from '@voxanne/contract';
import { z } from 'zod';
import type { HttpServer } from '../platform/http.ts';
import { requireRight, tenantOf } from '../tenancy/index.ts';
import { presentAffected } from './affected-appointments.ts';
import { deleteProvider } from './delete-provider.ts';
import { presentDeleted } from './present-deleted.ts';
import { listProviders } from './providers.queries.ts';
import { changeProvider, createProvider } from './save-provider.ts';
import { authorOf } from './schedule-author.ts';
import type { ScheduleRouteOptions } from './schedule-context.ts';

export function registerProviderRoutes(server: HttpServer, options: ScheduleRouteOptions): void {
  const { context, tenantResolver } = options;
  const tags = ['providers'];
  const params = z.object({ id: Id.toLowerCase() });

  server.get(
    '/api/providers',
    {
      onRequest: [tenantResolver, requireRight('schedule.read')],
      schema: {
        tags,
        operationId: 'listProviders',
        summary: 'Who can be booked, and when they work',
        description: 'With working hours and breaks by ISO weekday, in the clinic’s time zone.',
        querystring: ActiveQuery,
        response: { 200: ProviderList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { active } = request.query;
      const data = await context.database.withTenant(tenant, (db) => listProviders(db, tenant.orgId, active));
      return { data, next_cursor: null };
    },
  );

  server.post(
    '/api/providers',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'createProvider',
        summary: 'Add a provider',
        description: 'Without working_hours they work Monday to Friday, 9 to 5.',
        body: ProviderCreate,
        response: { 201: SavedProvider },
      },
    },
    async (request, reply) => {
      const { row, affected, notices } = await createProvider(context, authorOf(request), request.body);
      return reply.code(201).send({ ...row, affected: presentAffected(affected), notices });
    },
  );

  server.patch(
    '/api/providers/:id',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'updateProvider',
        summary: 'Change a provider or their hours',
        description: 'working_hours and breaks replace the whole week. No appointments are moved.',
        params,
        body: ProviderPatch,
        response: { 200: SavedProvider },
      },
    },
    async (request) => {
      const { row, affected, notices } = await changeProvider(
        context,
        authorOf(request),
        request.params.id,
        request.body,
      );
      return { ...row, affected: presentAffected(affected), notices };
    },
  );

  server.delete(
    '/api/providers/:id',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'deleteProvider',
        summary: 'Delete a provider',
        description:
          'If appointments are coming up, it’s refused (HAS_APPOINTMENTS) unless force=true; then they stay as they are.',
        params,
        querystring: DeleteQuery,
        response: { 200: Deleted },
      },
    },
    async (request) => {
      const { id } = request.params;
      return presentDeleted(id, await deleteProvider(context, authorOf(request), id, request.query.force));
    },
  );
}
