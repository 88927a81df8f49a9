import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';

const COLUMNS = [
  'id',
  'to_address',
  'from_address',
  'channel',
  'status',
  'body',
  'kind',
  'appointment_id',
  'attempts',
  'provider_id',
  'error_code',
  'created_at',
] as const;

export interface MessageFilter {
  to?: string | undefined;
  appointmentId?: string | undefined;
}

/** Newest first. Row-level security keeps it to the caller's organization. */
export function listMessages(db: Db, filter: MessageFilter, { after, limit }: Page) {
  let query = db
    .selectFrom('messages')
    .select(COLUMNS)
    .select(sql<string>`created_at::text`.as('at'))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit);
  if (filter.to !== undefined) query = query.where('to_address', '=', filter.to);
  if (filter.appointmentId !== undefined) query = query.where('appointment_id', '=', filter.appointmentId);
  if (after !== undefined) {
    query = query.where(sql<boolean>`(created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  }
  return query.execute();
}

export type ListedMessage = Omit<Awaited<ReturnType<typeof listMessages>>[number], 'at'>;

export function findListed(db: Db, id: string): Promise<ListedMessage | undefined> {
  return db.selectFrom('messages').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

export function timelineOf(db: Db, messageId: string) {
  return db
    .selectFrom('message_events')
    .select(['status', 'detail', 'created_at'])
    .where('message_id', '=', messageId)
    .orderBy('id')
    .execute();
}
