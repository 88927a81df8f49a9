import {
  BulkReplayResult,
  BulkResendRequest,
  DeliveryStatus,
  Id,
  type Outgoing,
  OutgoingPage,
  OutgoingQuery,
  ReplayRequest,
  ReplayResult,
} from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { readSpans } from './list-pages.ts';
import { listOutgoing, type OutgoingRow } from './outgoing.queries.ts';
import { sendAgain, sendManyAgain } from './send-again.ts';

export interface OutgoingRouteOptions {
  database: Database;
  tenantResolver: TenantResolver;
}

export function registerOutgoingRoutes(server: HttpServer, options: OutgoingRouteOptions): void {
  const { database, tenantResolver } = options;
  const tags = ['deliveries'];

  server.get(
    '/api/outgoing',
    {
      onRequest: [tenantResolver, requireRight('deliveries.read')],
      schema: {
        tags,
        operationId: 'listOutgoing',
        summary: 'Outgoing calendar entries, texts and other work, newest first (owner)',
        description: 'Each row is one change to send to another service, with its attempts.',
        querystring: OutgoingQuery,
        response: { 200: OutgoingPage },
      },
    },
    async (request) => {
      return readPage(
        { name: 'outgoing', sortedBy: 'moment' },
        request.query,
        (filter, page) => database.withTenant(tenantOf(request), (db) => listOutgoing(db, filter, page)),
        present,
      );
    },
  );

  server.post(
    '/api/outgoing/:id/replay',
    {
      onRequest: [tenantResolver, requireRight('deliveries.replay')],
      schema: {
        tags,
        operationId: 'resendOutgoing',
        summary: 'Resend one that failed or is waiting, or with dry_run say what that would do (owner)',
        description: 'Idempotent: nothing is done twice. Audited.',
        params: z.object({ id: Id }),
        body: ReplayRequest,
        response: { 200: ReplayResult },
      },
    },
    async (request) =>
      sendAgain(database, tenantOf(request), request.params.id, {
        dryRun: request.body.dry_run,
        requestId: request.id,
      }),
  );

  server.post(
    '/api/outgoing/replay',
    {
      onRequest: [tenantResolver, requireRight('deliveries.replay')],
      schema: {
        tags,
        operationId: 'resendManyOutgoing',
        summary: 'Resend many, by ids or by a filter; with dry_run, count them (owner)',
        description: 'At most 1,000 at a time, oldest first. Idempotent, and each one is audited.',
        body: BulkResendRequest,
        response: { 200: BulkReplayResult },
      },
    },
    async (request) => {
      const { ids, filter = { status: 'dead_letter' as const }, dry_run } = request.body;
      return sendManyAgain(database, tenantOf(request), ids ? { ids } : { filter }, {
        dryRun: dry_run,
        requestId: request.id,
      });
    },
  );
}

function present(row: OutgoingRow): Outgoing {
  const waits = row.status === 'pending' || row.status === 'failed';
  const appointment = Id.safeParse(row.appointment_id);
  return {
    id: row.id,
    topic: row.topic,
    status: DeliveryStatus.parse(row.status),
    created_at: row.created_at.toISOString(),
    attempts: row.attempts,
    replays: row.replays,
    error_message: row.error_message,
    next_attempt_at: waits ? row.run_at.toISOString() : null,
    completed_at: row.completed_at?.toISOString() ?? null,
    appointment_id: appointment.success ? appointment.data : null,
    waits_for_another: row.blocked,
    replayable: row.status === 'failed' || row.status === 'dead_letter',
    timeline: readSpans(row.spans),
  };
}
