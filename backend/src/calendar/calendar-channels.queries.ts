import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface CalendarChannel {
  orgId: string;
  tokenHash: Buffer;
  resourceId: string;
}

/** Whose calendar a push is about: a watch of ours that has not run out. */
export function findChannel(channelId: string): RawBuilder<CalendarChannel> {
  return sql<CalendarChannel>`
    select org_id as "orgId", token_hash as "tokenHash", resource_id as "resourceId"
    from calendar_channels where channel_id = ${channelId} and expires_at > now()`;
}

export const listChannels = (): RawBuilder<{ channel_id: string }> => sql`
  select channel_id from calendar_channels where expires_at > now()`;

/** Asks for a sync, unless a push that was sent later has asked already: a repeat, however late, changes nothing. */
export async function requestSync(
  db: Db,
  push: { orgId: string; channelId: string; messageNumber: number },
): Promise<void> {
  await sql`
    update calendar_channels set sync_requested_at = now(), last_message_number = ${push.messageNumber}
    where channel_id = ${push.channelId} and org_id = ${push.orgId}
      and last_message_number < ${push.messageNumber}`.execute(db);
}
