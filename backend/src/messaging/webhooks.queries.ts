import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** The text a callback is about: by its SID, else by the id in the address we gave Twilio, where it went to the same number. */
export async function findForCallback(
  db: Db,
  callback: { sid: string; messageId: string | null; to: string | null },
): Promise<{ id: string; org_id: string; provider_id: string | null } | undefined> {
  const { rows } = await sql<{ id: string; org_id: string; provider_id: string | null }>`
    select id, org_id, provider_id from messages
    where provider_id = ${callback.sid} or (id = ${callback.messageId}::uuid and to_address = coalesce(${callback.to}, to_address))
    order by (provider_id = ${callback.sid}) desc nulls last
    limit 1`.execute(db);
  return rows[0];
}
