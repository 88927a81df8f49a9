import { MessageStatus, type TextAccepted } from '@voxanne/contract';
import type { z } from 'zod';
import type { Database } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { findListed, resendText } from './message-list.queries.ts';
import { messageNotFound, notSentAgain } from './messaging.errors.ts';

/**
 * Sends a text that failed again, as its own text; a repeat answers with the same one.
 * @throws {AppError} MESSAGE_NOT_FOUND, or why it cannot be sent again.
 */
export function resendMessage(
  database: Database,
  scope: TenantScope,
  messageId: string,
  requestId: string,
): Promise<z.infer<typeof TextAccepted>> {
  return database.withTenant(scope, async (db) => {
    const sent = await resendText(db, scope.orgId, messageId, requestId);
    if (sent.message_id === null) throw notSentAgain(sent.outcome);
    const row = await findListed(db, sent.message_id);
    if (!row) throw messageNotFound();
    return { message_id: row.id, status: MessageStatus.parse(row.status) };
  });
}
