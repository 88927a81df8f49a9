import {
  ActiveQuery,
  Deleted,
  Id,
  SavedService,
  ServiceCreate,
  ServiceList,
  ServicePatch,
} from '@voxanne/contract';
import { z } from 'zod';
import type { HttpServer } from '../platform/http.ts';
import { requireRight, tenantOf } from '../tenancy/index.ts';
import { deleteService } from './delete-service.ts';
import { presentDeleted } from './present-deleted.ts';
import { changeService, createService } from './save-service.ts';
import { authorOf } from './schedule-author.ts';
import type { ScheduleRouteOptions } from './schedule-context.ts';
import { listServices } from './services.queries.ts';

export function registerServiceRoutes(server: HttpServer, options: ScheduleRouteOptions): void {
  const { context, tenantResolver } = options;
  const tags = ['services'];
  const params = z.object({ id: Id.toLowerCase() });

  server.get(
    '/api/services',
    {
      onRequest: [tenantResolver, requireRight('schedule.read')],
      schema: {
        tags,
        operationId: 'listServices',
        summary: 'What the clinic offers',
        description: 'With duration, buffers, notice and who offers it.',
        querystring: ActiveQuery,
        response: { 200: ServiceList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { active } = request.query;
      const data = await context.database.withTenant(tenant, (db) => listServices(db, tenant.orgId, active));
      return { data, next_cursor: null };
    },
  );

  server.post(
    '/api/services',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'createService',
        summary: 'Offer a new service',
        description: 'Fields you leave out get the defaults.',
        body: ServiceCreate,
        response: { 201: SavedService },
      },
    },
    async (request, reply) => {
      const { row, notices } = await createService(context, authorOf(request), request.body);
      return reply.code(201).send({ ...row, notices });
    },
  );

  server.patch(
    '/api/services/:id',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'updateService',
        summary: 'Change a service',
        description: 'Booked appointments stay as they are; the rules apply to new bookings.',
        params,
        body: ServicePatch,
        response: { 200: SavedService },
      },
    },
    async (request) => {
      const { row, notices } = await changeService(
        context,
        authorOf(request),
        request.params.id,
        request.body,
      );
      return { ...row, notices };
    },
  );

  server.delete(
    '/api/services/:id',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'deleteService',
        summary: 'Delete a service',
        description: 'No one can book it anymore. Its appointments stay as they are.',
        params,
        response: { 200: Deleted },
      },
    },
    async (request) => {
      const { id } = request.params;
      return presentDeleted(id, await deleteService(context, authorOf(request), id));
    },
  );
}
