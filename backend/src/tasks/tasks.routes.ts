import { Id, Task, TaskPage, TaskQuery } from '@voxanne/contract';
import { z } from 'zod';
import type { BookingRouteOptions } from '../booking/index.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { requireRight, tenantOf } from '../tenancy/index.ts';
import { setTask } from './set-task.ts';
import { listTasks, type TaskRow } from './tasks.queries.ts';

export function registerTaskRoutes(
  server: HttpServer,
  { context, tenantResolver }: BookingRouteOptions,
): void {
  const tags = ['tasks'];
  const params = z.object({ id: Id });

  server.get(
    '/api/tasks',
    {
      onRequest: [tenantResolver, requireRight('tasks.read')],
      schema: {
        tags,
        operationId: 'listTasks',
        summary: 'The clinic’s to-do list',
        description:
          'Messages that callers left with the receptionist. Open ones (the default): urgent first, then the longest waiting. Closed ones: latest first; they’re kept for 90 days.',
        querystring: TaskQuery,
        response: { 200: TaskPage },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return readPage(
        { name: 'tasks', sortedBy: 'moment' },
        request.query,
        (filter, page) =>
          context.database.withTenant(tenant, (db) => listTasks(db, tenant.orgId, filter, page)),
        present,
      );
    },
  );

  server.post(
    '/api/tasks/:id/close',
    {
      onRequest: [tenantResolver, requireRight('tasks.edit')],
      schema: {
        tags,
        operationId: 'closeTask',
        summary: 'Close a task',
        description: 'Mark it as done. Closing it again changes nothing. Audited.',
        params,
        response: { 200: Task },
      },
    },
    async (request) =>
      present(await setTask(context, tenantOf(request), request.params.id, 'closed', request.id)),
  );

  server.post(
    '/api/tasks/:id/reopen',
    {
      onRequest: [tenantResolver, requireRight('tasks.edit')],
      schema: {
        tags,
        operationId: 'reopenTask',
        summary: 'Open a closed task again',
        description: 'It goes back to its place in the list. Audited.',
        params,
        response: { 200: Task },
      },
    },
    async (request) =>
      present(await setTask(context, tenantOf(request), request.params.id, 'reopened', request.id)),
  );
}

const present = ({ closed_at, ...row }: TaskRow): Task => ({
  id: row.id,
  kind: 'message',
  status: closed_at ? 'closed' : 'open',
  name: row.name,
  phone: row.phone,
  message: row.message,
  urgent: row.urgent,
  created_at: row.created_at.toISOString(),
  closed_at: closed_at?.toISOString() ?? null,
});
