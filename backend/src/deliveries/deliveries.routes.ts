import {
  BulkReplayRequest,
  BulkReplayResult,
  type Delivery,
  DeliveryDetail,
  DeliveryPage,
  DeliveryProvider,
  DeliveryQuery,
  DeliveryStatus,
  Id,
  ReplayRequest,
  ReplayResult,
} from '@voxanne/contract';
import { z } from 'zod';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { deliveryNotFound } from './deliveries.errors.ts';
import { type DeliveryRow, findDelivery, type ListedDelivery, listDeliveries } from './deliveries.queries.ts';
import { readSpans } from './list-pages.ts';
import { isFinished, type ReplayContext, replayMany, replayOne, topicOf, tryReplay } from './replay.ts';
import { dedupeVerdict, signatureVerdict } from './verdicts.ts';

export interface DeliveryRouteOptions extends ReplayContext {
  tenantResolver: TenantResolver;
}

export function registerDeliveryRoutes(server: HttpServer, options: DeliveryRouteOptions): void {
  const { database, handlers, tenantResolver } = options;
  const tags = ['deliveries'];

  server.get(
    '/api/webhooks/deliveries',
    {
      onRequest: [tenantResolver, requireRight('deliveries.read')],
      schema: {
        tags,
        operationId: 'listDeliveries',
        summary: 'Incoming webhooks, newest first (owner)',
        description:
          'Each accepted webhook with its status: waiting, done or failed. Filter by provider, type, state and time.',
        querystring: DeliveryQuery,
        response: { 200: DeliveryPage },
      },
    },
    async (request) => {
      return readPage(
        { name: 'deliveries', sortedBy: 'moment' },
        request.query,
        (filter, page) => database.withTenant(tenantOf(request), (db) => listDeliveries(db, filter, page)),
        (row) => present(row, handlers),
      );
    },
  );

  server.get(
    '/api/webhooks/deliveries/:id',
    {
      onRequest: [tenantResolver, requireRight('deliveries.read')],
      schema: {
        tags,
        operationId: 'getDelivery',
        summary: 'One webhook: how it arrived, what was done and what was answered (owner)',
        description: 'With its headers (secrets masked), payload, answer and every attempt.',
        params: z.object({ id: Id }),
        response: { 200: DeliveryDetail },
      },
    },
    async (request) => {
      const row = await database.withTenant(tenantOf(request), (db) => findDelivery(db, request.params.id));
      if (!row) throw deliveryNotFound();
      return presentDetail(row, handlers);
    },
  );

  server.post(
    '/api/webhooks/deliveries/:id/replay',
    {
      onRequest: [tenantResolver, requireRight('deliveries.replay')],
      schema: {
        tags,
        operationId: 'replayDelivery',
        summary: 'Replay one webhook, or with dry_run say what that would do (owner)',
        description: 'Idempotent: nothing is done twice. Audited.',
        params: z.object({ id: Id }),
        body: ReplayRequest,
        response: { 200: ReplayResult },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { id } = request.params;
      return request.body.dry_run
        ? tryReplay(options, tenant, id)
        : replayOne(options, tenant, id, request.id);
    },
  );

  server.post(
    '/api/webhooks/deliveries/replay',
    {
      onRequest: [tenantResolver, requireRight('deliveries.replay')],
      schema: {
        tags,
        operationId: 'replayDeliveries',
        summary: 'Replay many webhooks, by ids or by a filter; with dry_run, count them (owner)',
        description: 'At most 1,000 at a time, oldest first. Idempotent, and each one is audited.',
        body: BulkReplayRequest,
        response: { 200: BulkReplayResult },
      },
    },
    async (request) => {
      const { ids, filter = { status: 'dead_letter' }, dry_run } = request.body;
      return replayMany(options, tenantOf(request), ids ? { ids } : { filter }, {
        dryRun: dry_run,
        requestId: request.id,
      });
    },
  );
}

function present(row: ListedDelivery, handlers: ReplayContext['handlers']): Delivery {
  const waits = row.status === 'pending' || row.status === 'failed';
  return {
    id: row.id,
    provider: DeliveryProvider.parse(row.provider),
    event_type: row.event_type,
    event_id: row.event_id,
    status: DeliveryStatus.parse(row.status),
    received_at: row.received_at.toISOString(),
    attempts: row.attempts,
    replays: row.replays,
    duplicates: row.duplicates,
    error_message: row.error_message,
    next_attempt_at: waits ? row.run_at.toISOString() : null,
    completed_at: row.completed_at?.toISOString() ?? null,
    replayable: isFinished(row.status) && handlers[topicOf(row)] !== undefined,
  };
}

function presentDetail(row: DeliveryRow, handlers: ReplayContext['handlers']): DeliveryDetail {
  return {
    ...present(row, handlers),
    signature: signatureVerdict(row.signature),
    dedupe: dedupeVerdict(row.duplicates, row.last_duplicate_at),
    headers: z.record(z.string(), z.string()).catch({}).parse(row.headers),
    payload: row.payload,
    response: row.response,
    request_id: row.request_id,
    order_key: row.order_key,
    waits_for_another: row.blocked,
    timeline: readSpans(row.spans),
  };
}
