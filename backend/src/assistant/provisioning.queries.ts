import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** The row of the sign-up runs again: what it does can be repeated. */
export async function requeueProvisioning(db: Db, orgId: string, runAt: Date): Promise<void> {
  await db
    .insertInto('outbox')
    .values({ org_id: orgId, topic: 'assistant.provision', key: orgId, payload: '{}', run_at: runAt })
    .onConflict((conflict) =>
      conflict
        .columns(['org_id', 'topic', 'key'])
        .doUpdateSet({ status: 'pending', run_at: runAt, attempts: 0, error_message: null }),
    )
    .execute();
}

/** Unless something else has asked for it since: that changes the time at which it is due. */
export async function completeProvisioning(db: Db, orgId: string, runAt: Date): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ status: 'completed', completed_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('topic', '=', 'assistant.provision')
    .where('status', '=', 'pending')
    .where('run_at', '=', runAt)
    .execute();
}

/**
 * Queues every clinic whose receptionist was made by another definition than this, a few a second: Vapi counts
 * requests, and what patients wait for goes through the same queue. @returns how many.
 */
export async function queueOutdatedDefinitions(db: Db, version: string): Promise<number> {
  const { rows } = await sql<{ org_id: string }>`
    insert into outbox as o (org_id, topic, key, payload, run_at)
      select c.org_id, 'assistant.provision', c.org_id::text, '{}',
        now() + row_number() over (order by c.org_id) * interval '200 milliseconds'
      from connections c
      where c.provider = 'vapi' and c.details ? 'assistant_id' and c.details ->> 'definition' is distinct from ${version}
    on conflict (org_id, topic, key) do update
      set status = 'pending', run_at = excluded.run_at, attempts = 0, error_message = null
      where o.status <> 'pending'
    returning o.org_id`.execute(db);
  return rows.length;
}
