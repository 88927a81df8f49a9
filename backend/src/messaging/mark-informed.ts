import type { MessageDetail } from '@voxanne/contract';
import type { Database } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { markInformed as writeInformed } from './message-list.queries.ts';
import { messageNotFound } from './messaging.errors.ts';
import { showMessage } from './present-message.ts';

/**
 * Staff called the patient instead of the text, or take that back.
 * @throws {AppError} MESSAGE_NOT_FOUND.
 */
export function markInformed(
  database: Database,
  scope: TenantScope,
  { id, informed }: { id: string; informed: boolean },
  requestId: string,
): Promise<MessageDetail> {
  return database.withTenant(scope, async (db) => {
    const isKnown = await writeInformed(db, scope.orgId, { messageId: id, informed, requestId });
    if (!isKnown) throw messageNotFound();
    return showMessage(db, id);
  });
}
