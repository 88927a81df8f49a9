import type { BulkReplayResult, ReplayResult } from '@voxanne/contract';
import type { Database } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { replayInBulk } from './bulk-replay.ts';
import { deliveryNotFound, notFinished, nothingToReplay } from './deliveries.errors.ts';
import {
  type DeliveryFilter,
  type DeliveryRow,
  findDelivery,
  findReplayable,
  replayDeliveries,
} from './deliveries.queries.ts';
import { dryRun } from './dry-run.ts';
import type { JobHandler } from './lease-queue.ts';

export interface ReplayContext {
  database: Database;
  /** What the workers do with a delivery, by provider and type such as `twilio.status`. */
  handlers: Record<string, JobHandler>;
  /** Those of them that have no effect but the one they return: they can be tried out. */
  dryRunnable: ReadonlySet<string>;
}

export const topicOf = (row: { provider: string; event_type: string }): string =>
  `${row.provider}.${row.event_type}`;

export const isFinished = (status: string): boolean => status !== 'pending' && status !== 'processing';

/**
 * Sends one delivery back into the queue; what it did before it does not do again, because effects have natural keys.
 * @throws {AppError} 404, 409 when it is not finished, 422 when nothing follows its answer.
 */
export async function replayOne(
  { database, handlers }: ReplayContext,
  tenant: TenantScope,
  id: string,
  requestId: string,
): Promise<ReplayResult> {
  return database.withTenant(tenant, async (db) => {
    demandReplayable(await findDelivery(db, id), handlers);
    const [replayed] = await replayDeliveries(db, [id], requestId);
    // Someone else was faster: it is in the queue again.
    if (replayed === undefined) throw notFinished('pending');
    const summary = 'It’s back in the queue. Nothing it already did will be done twice.';
    return { id, dry_run: false, replayed: true, executed: false, summary, effects: [] };
  });
}

/** Says what a replay would do, without doing it. */
export async function tryReplay(
  { database, handlers, dryRunnable }: ReplayContext,
  tenant: TenantScope,
  id: string,
): Promise<ReplayResult> {
  const found = await database.withTenant(tenant, (db) => findDelivery(db, id));
  const { row, handler } = demandReplayable(found, handlers);
  const topic = topicOf(row);
  const answer = { id, dry_run: true, replayed: false };
  if (!dryRunnable.has(topic)) {
    const summary = `Not tried out: ${topic} does more than write rows, which couldn’t be rolled back. A replay does what’s missing, and nothing twice.`;
    return { ...answer, executed: false, summary, effects: [] };
  }
  const ran = await dryRun(database, handler, {
    id: row.id,
    org_id: row.org_id,
    topic,
    payload: row.payload as Record<string, unknown>,
    attempts: 1,
    lease_token: row.id,
  });
  return { ...answer, executed: true, ...ran };
}

/** The delivery and what the workers do with it, if it can be replayed. */
function demandReplayable(
  row: DeliveryRow | undefined,
  handlers: ReplayContext['handlers'],
): { row: DeliveryRow; handler: JobHandler } {
  if (!row) throw deliveryNotFound();
  const handler = handlers[topicOf(row)];
  if (!handler) throw nothingToReplay(topicOf(row));
  if (!isFinished(row.status)) throw notFinished(row.status);
  return { row, handler };
}

/** Replays what can be replayed of it, at most 1,000 and the oldest first; in a dry run it only counts. */
export async function replayMany(
  { database, handlers }: ReplayContext,
  tenant: TenantScope,
  which: { ids: readonly string[] } | { filter: DeliveryFilter },
  options: { dryRun: boolean; requestId: string },
): Promise<BulkReplayResult> {
  return database.withTenant(tenant, (db) =>
    replayInBulk({
      find: (limit) => findReplayable(db, which, Object.keys(handlers), limit),
      replay: (ids) => replayDeliveries(db, ids, options.requestId),
      dryRun: options.dryRun,
      words: {
        would: (counted) => `replay ${counted}`,
        again: 'replay',
        one: 'delivery',
        many: 'deliveries',
      },
    }),
  );
}
