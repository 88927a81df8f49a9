import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';

const COLUMNS = [
  'id',
  'provider',
  'event_type',
  'event_id',
  'status',
  'received_at',
  'attempts',
  'replays',
  'duplicates',
  'error_message',
  'run_at',
  'completed_at',
] as const;
const DETAIL = [
  ...COLUMNS,
  'org_id',
  'signature',
  'last_duplicate_at',
  'headers',
  'payload',
  'response',
  'request_id',
  'order_key',
  'blocked',
  'spans',
] as const;

export interface DeliveryFilter {
  status?: string | undefined;
  provider?: string | undefined;
  event_type?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** Newest first. Row-level security keeps it to the caller's organization. */
export function deliveryList(db: Db, filter: DeliveryFilter, page: Page) {
  let query = matching(db, filter)
    .select(COLUMNS)
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

export const listDeliveries = (...asked: Parameters<typeof deliveryList>) => deliveryList(...asked).execute();

export type ListedDelivery = Omit<Awaited<ReturnType<typeof listDeliveries>>[number], 'at'>;

function matching(db: Db, { status, provider, event_type, from, to }: DeliveryFilter) {
  let query = db.selectFrom('webhook_delivery_log');
  if (status !== undefined) query = query.where('status', '=', status);
  if (provider !== undefined) query = query.where('provider', '=', provider);
  if (event_type !== undefined) query = query.where('event_type', '=', event_type);
  // Both are the moment of the insert; the index knows this one.
  if (from !== undefined) query = query.where('created_at', '>=', new Date(from));
  if (to !== undefined) query = query.where('created_at', '<', new Date(to));
  return query;
}

export function findDelivery(db: Db, id: string) {
  return db.selectFrom('webhook_delivery_log').select(DETAIL).where('id', '=', id).executeTakeFirst();
}

export type DeliveryRow = NonNullable<Awaited<ReturnType<typeof findDelivery>>>;

const topic = sql<string>`provider || '.' || event_type`;

/** What can be replayed, oldest first. */
export function findReplayable(
  db: Db,
  which: { ids: readonly string[] } | { filter: DeliveryFilter },
  topics: readonly string[],
  limit: number,
): Promise<{ id: string; topic: string }[]> {
  const query = 'ids' in which ? matching(db, {}).where('id', 'in', which.ids) : matching(db, which.filter);
  return query
    .select(['id', topic.as('topic')])
    .where('status', 'in', ['completed', 'failed', 'dead_letter'])
    .where(sql<boolean>`${topic} = any (${topics}::text[])`)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** @returns the ids that went back into the queue; a row that was not finished by then is not among them. */
export async function replayDeliveries(db: Db, ids: readonly string[], requestId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from app_private.replay('webhook_delivery_log', ${ids}::uuid[], ${requestId}) as replayed (id)`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

export interface WriteCount {
  table: string;
  inserted: number;
  updated: number;
  deleted: number;
}

/** What this backend has written and not yet reported; the difference of two of these is what was written in between. */
export async function countWrites(db: Db): Promise<Map<string, WriteCount>> {
  const { rows } = await sql<WriteCount>`
    select relname as table, n_tup_ins::int as inserted, n_tup_upd::int as updated, n_tup_del::int as deleted
    from pg_stat_xact_user_tables where schemaname = 'public'`.execute(db);
  return new Map(rows.map((row) => [row.table, row]));
}

export interface RowImage {
  id: string;
  row: string;
}

/** The rows of a table as this transaction has written them. */
export async function writtenHere(db: Db, table: string): Promise<RowImage[]> {
  const { rows } = await sql<RowImage>`
    select to_jsonb(t) ->> 'id' as id, ${image()} as row from ${sql.table(table)} as t
    where t.xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296`.execute(db);
  return rows;
}

/** The same rows as everyone sees them. */
export async function committed(db: Db, table: string, ids: readonly string[]): Promise<RowImage[]> {
  const { rows } = await sql<RowImage>`
    select t.id::text as id, ${image()} as row from ${sql.table(table)} as t
    where t.id::text = any (${ids}::text[])`.execute(db);
  return rows;
}

// When a row was touched doesn't count as a difference.
const image = (): RawBuilder<string> => sql<string>`(to_jsonb(t) - 'updated_at')::text`;
