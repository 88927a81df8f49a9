import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

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
  to?: string;
  appointmentId?: string;
  /** Id of the last message of the page before. */
  after?: string;
  limit: number;
}

/** Newest first. Row-level security keeps it to the caller's organization, the page before included. */
export function listMessages(db: Db, filter: MessageFilter) {
  let query = db
    .selectFrom('messages')
    .select(COLUMNS)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit);
  if (filter.to !== undefined) query = query.where('to_address', '=', filter.to);
  if (filter.appointmentId !== undefined) query = query.where('appointment_id', '=', filter.appointmentId);
  if (filter.after !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) < (select last.created_at, last.id from messages last where last.id = ${filter.after})`,
    );
  }
  return query.execute();
}

export type ListedMessage = Awaited<ReturnType<typeof listMessages>>[number];

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
