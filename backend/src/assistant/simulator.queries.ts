import type { Db } from '../platform/database.ts';

/** Which of these Twilio ids are this organization's own texts. */
export async function ownMessageSids(db: Db, orgId: string, sids: string[]): Promise<Set<string>> {
  if (sids.length === 0) return new Set();
  const rows = await db
    .selectFrom('messages')
    .select('provider_id')
    .where('org_id', '=', orgId)
    .where('provider_id', 'in', sids)
    .execute();
  return new Set(rows.flatMap((row) => row.provider_id ?? []));
}
