import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { MessageRow } from './messages.queries.ts';

/** Of these SIDs, those that are already the answer to one of our texts. */
export async function takenSids(db: Db, sids: string[]): Promise<Set<string>> {
  const { rows } = await sql<{ provider_id: string }>`
    select provider_id from messages where provider_id = any(${sids}::text[])`.execute(db);
  return new Set(rows.map((row) => row.provider_id));
}

/**
 * Whether the same words are on their way to the same number for another row. Then what is found at Twilio may
 * be that one's, and its own answer is about to say so.
 */
export async function hasTwinUnderWay(db: Db, message: MessageRow, withinMs: number): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select 1 from messages
      where to_address = ${message.to_address} and body = ${message.body} and id <> ${message.id}
        and from_address is not distinct from ${message.from_address}
        and status = 'sending' and attempted_at > clock_timestamp() - ${withinMs} * interval '1 millisecond'
    ) as found`.execute(db);
  return rows[0]?.found ?? false;
}

/** Texts that Twilio has and that have not ended: their last callback may be lost. */
export async function findSilent(
  db: Db,
  query: { olderThanMs: number; youngerThanMs: number; limit: number },
): Promise<{ id: string; org_id: string; provider_id: string }[]> {
  const { rows } = await sql<{ id: string; org_id: string; provider_id: string }>`
    select id, org_id, provider_id from messages
    where status in ('accepted', 'sent') and provider_id is not null
      and updated_at < now() - ${query.olderThanMs} * interval '1 millisecond'
      and created_at > now() - ${query.youngerThanMs} * interval '1 millisecond'
    order by updated_at
    limit ${query.limit}`.execute(db);
  return rows;
}
