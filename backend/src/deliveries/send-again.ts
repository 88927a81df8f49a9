import type { BulkReplayResult, ReplayResult } from '@voxanne/contract';
import type { Database } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { replayInBulk } from './bulk-replay.ts';
import { notResendable, outgoingNotFound, textNotResendable } from './deliveries.errors.ts';
import {
  findOutgoing,
  findResendable,
  type OutgoingFilter,
  replayOutgoing,
  whyNotAgain,
} from './outgoing.queries.ts';

/** What sending it again does; it can't be tried out, because it happens at another service. */
function promiseOf(topic: string): string {
  if (topic === 'calendar.push')
    return 'write the appointment as it is now into the calendar; an event that’s already there is updated, not duplicated';
  if (topic.startsWith('message.'))
    return 'text the patient, unless the text was already sent or is out of date';
  return 'do what’s missing, and nothing twice';
}

/**
 * Puts one row that was given up, or waits for its next try, at the head of the queue.
 * @throws {AppError} 404; 409 when it is done, or under way; 422 when its text cannot be sent again.
 */
export async function sendAgain(
  database: Database,
  tenant: TenantScope,
  id: string,
  options: { dryRun: boolean; requestId: string },
): Promise<ReplayResult> {
  return database.withTenant(tenant, async (db) => {
    const row = await findOutgoing(db, id);
    if (!row) throw outgoingNotFound();
    if (row.status !== 'failed' && row.status !== 'dead_letter') throw notResendable(row.status);
    const why = await whyNotAgain(db, tenant.orgId, id);
    if (why !== null) throw textNotResendable(why);
    const promise = promiseOf(row.topic);
    const answer = { id, dry_run: options.dryRun, executed: false, effects: [] };
    if (options.dryRun) return { ...answer, replayed: false, summary: `Would ${promise}.` };
    const [replayed] = await replayOutgoing(db, [id], options.requestId);
    // Someone else was faster: it is in the queue again.
    if (replayed === undefined) throw notResendable('pending');
    return { ...answer, replayed: true, summary: `It’s back in the queue, to ${promise}.` };
  });
}

/** The same for many, at most 1,000 and the oldest first; in a dry run it only counts. */
export async function sendManyAgain(
  database: Database,
  tenant: TenantScope,
  which: { ids: readonly string[] } | { filter: OutgoingFilter },
  options: { dryRun: boolean; requestId: string },
): Promise<BulkReplayResult> {
  return database.withTenant(tenant, (db) =>
    replayInBulk({
      find: (limit) => findResendable(db, which, limit),
      replay: (ids) => replayOutgoing(db, ids, options.requestId),
      dryRun: options.dryRun,
      words: {
        would: (counted) => `send ${counted} again`,
        again: 'send',
        one: 'entry',
        many: 'entries',
      },
    }),
  );
}
