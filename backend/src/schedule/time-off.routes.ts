import {
  Id,
  SavedTimeOff,
  TimeOffCreate,
  TimeOffDeleted,
  TimeOffList,
  TimeOffPatch,
  TimeOffQuery,
} from '@voxanne/contract';
import { z } from 'zod';
import type { HttpServer } from '../platform/http.ts';
import { requireRight, tenantOf } from '../tenancy/index.ts';
import { presentAffected } from './affected-appointments.ts';
import { presentTimeOff } from './local-span.ts';
import { changeTimeOff, createTimeOff, deleteTimeOff, type SavedTimeOffRow } from './save-time-off.ts';
import { authorOf } from './schedule-author.ts';
import type { ScheduleRouteOptions } from './schedule-context.ts';
import { listTimeOff } from './time-off.queries.ts';

export function registerTimeOffRoutes(server: HttpServer, options: ScheduleRouteOptions): void {
  const { context, tenantResolver } = options;
  const tags = ['time off'];
  const params = z.object({ id: Id.toLowerCase() });

  server.get(
    '/api/time-off',
    {
      onRequest: [tenantResolver, requireRight('schedule.read')],
      schema: {
        tags,
        operationId: 'listTimeOff',
        summary: 'Holidays of the clinic and absences of its providers',
        description: 'In the clinic’s time zone, soonest first.',
        querystring: TimeOffQuery,
        response: { 200: TimeOffList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { from, to, provider_id } = request.query;
      const rows = await context.database.withTenant(tenant, (db) =>
        listTimeOff(db, tenant.orgId, { from, to, providerId: provider_id }),
      );
      return { data: rows.map(presentTimeOff), next_cursor: null };
    },
  );

  server.post(
    '/api/time-off',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'createTimeOff',
        summary: 'Enter a holiday or an absence',
        description:
          'Two dates mean whole days, including the last; times are in the clinic’s time zone. Appointments inside are counted, not canceled.',
        body: TimeOffCreate,
        response: { 201: SavedTimeOff },
      },
    },
    async (request, reply) =>
      reply.code(201).send(present(await createTimeOff(context, authorOf(request), request.body))),
  );

  server.patch(
    '/api/time-off/:id',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'updateTimeOff',
        summary: 'Change a holiday or an absence',
        description: 'Fields you leave out stay as they are.',
        params,
        body: TimeOffPatch,
        response: { 200: SavedTimeOff },
      },
    },
    async (request) =>
      present(await changeTimeOff(context, authorOf(request), request.params.id, request.body)),
  );

  server.delete(
    '/api/time-off/:id',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'deleteTimeOff',
        summary: 'Remove a holiday or an absence',
        description: 'The time can be booked again.',
        params,
        response: { 200: TimeOffDeleted },
      },
    },
    async (request) => {
      const { id } = request.params;
      await deleteTimeOff(context, authorOf(request), id);
      return { success: true as const, id };
    },
  );
}

const present = ({ row, inside, notices }: SavedTimeOffRow) => ({
  ...presentTimeOff(row),
  appointments_inside: inside.length,
  affected: presentAffected(inside),
  notices,
});
