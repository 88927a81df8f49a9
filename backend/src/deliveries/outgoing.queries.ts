import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';

export interface OutgoingFilter {
  status?: string | undefined;
  topic?: string | undefined;
}

const matching = (db: Db, { status, topic }: OutgoingFilter) => {
  let query = db.selectFrom('outbox');
  if (status !== undefined) query = query.where('status', '=', status);
  if (topic !== undefined) query = query.where('topic', '=', topic);
  return query;
};

/** Newest first. Row-level security keeps it to the caller's organization. */
export function outgoingList(db: Db, filter: OutgoingFilter, page: Page) {
  let query = matching(db, filter)
    .select(['id', 'topic', 'status', 'created_at', 'attempts', 'replays', 'error_message', 'run_at'])
    .select(['completed_at', 'blocked', 'spans'])
    .select(sql<string | null>`payload ->> 'appointment_id'`.as('appointment_id'))
    .select(sql<string>`created_at::text`.as('at'))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (page.after) {
    const { at, id } = page.after;
    query = query.where(sql<boolean>`(created_at, id) < (${at}::timestamptz, ${id}::uuid)`);
  }
  return query;
}

export const listOutgoing = (...asked: Parameters<typeof outgoingList>) => outgoingList(...asked).execute();

export type OutgoingRow = Awaited<ReturnType<typeof listOutgoing>>[number];

export function findOutgoing(db: Db, id: string) {
  return db.selectFrom('outbox').select(['id', 'topic', 'status']).where('id', '=', id).executeTakeFirst();
}

/** What of it can be sent again, the oldest first. */
export function findResendable(
  db: Db,
  which: { ids: readonly string[] } | { filter: OutgoingFilter },
  limit: number,
) {
  const query = 'ids' in which ? matching(db, {}).where('id', 'in', which.ids) : matching(db, which.filter);
  return query
    .select(['id', 'topic'])
    .where('status', 'in', ['failed', 'dead_letter'])
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Why the text that a row is about cannot be sent again; null for every other row. */
export async function whyNotAgain(db: Db, orgId: string, id: string): Promise<string | null> {
  const { rows } = await sql<{ why: string | null }>`
    select app_private.why_not_outgoing(${orgId}, ${id}) as why`.execute(db);
  return rows[0]?.why ?? null;
}

/** @returns the ids that went back into the queue. */
export async function replayOutgoing(db: Db, ids: readonly string[], requestId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from app_private.replay('outbox', ${ids}::uuid[], ${requestId}) as replayed (id)`.execute(db);
  return rows.map(({ id }) => id);
}
