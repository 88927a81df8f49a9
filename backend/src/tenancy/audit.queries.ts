import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface AuditEntry {
  /** Listed in `app_private.audited_actions`, which says what kind of thing it was done to. */
  action: string;
  objectId: string;
  /** Never what a patient is called, where they can be reached, or what was written about them. */
  before?: object | null;
  after?: object | null;
  requestId: string;
}

/**
 * In the same transaction as the change, so that neither exists without the other. The clinic and the person are those of the
 * transaction's scope, whatever the caller believes.
 */
export async function writeAudit(db: Db, entry: AuditEntry): Promise<void> {
  const json = (value: object | null | undefined) => (value ? JSON.stringify(value) : null);
  await sql`select app_private.write_audit(${entry.action}, ${entry.objectId}, ${json(entry.before)}::jsonb,
    ${json(entry.after)}::jsonb, ${entry.requestId})`.execute(db);
}
