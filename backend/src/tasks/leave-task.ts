import { visibleLines } from '@voxanne/contract';
import type { BookingContext } from '../booking/index.ts';
import { cleanContact, type GivenCall, linesOf } from '../contacts/index.ts';
import { sha256 } from '../platform/crypto.ts';
import { AppError } from '../platform/errors.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { findClinic } from '../tenancy/index.ts';
import { insertTask } from './tasks.queries.ts';

export interface Message {
  name: string;
  /** The number to call back. */
  phone: string;
  call: GivenCall;
  message: string;
  urgent: boolean;
}

/**
 * Keeps what a caller wants passed on, as a task of the clinic. The same words within one call are the same task.
 * @throws {AppError} INVALID_NAME, INVALID_PHONE, MISSING_MESSAGE (400), TOO_MANY_MESSAGES (422).
 */
export async function leaveTask(
  { database, log }: BookingContext,
  scope: TenantScope,
  given: Message,
  origin: { callId: string; requestId: string },
): Promise<{ taskId: string; name: string; phone: string; repeated: boolean }> {
  const { orgId } = scope;
  const message = visibleLines(given.message);
  if (!/[\p{L}\p{N}]/u.test(message)) {
    throw new AppError({
      code: 'MISSING_MESSAGE',
      status: 400,
      detail: 'The message is missing. Ask what the clinic should know.',
    });
  }
  const left = await database.withTenant(scope, async (db) => {
    const { country } = await findClinic(db, orgId);
    const { name, phone } = cleanContact(given, country, { phone: null, lines: await linesOf(db, orgId) });
    const answer = await insertTask(db, orgId, {
      name,
      phone,
      message,
      urgent: given.urgent,
      ...origin,
      repeatKey: sha256([origin.callId, name, phone, wordsOf(message)].join('\n')).toString('base64url'),
    });
    if (!answer.success) throw new AppError({ code: answer.error, status: 422, detail: answer.message });
    return { taskId: answer.task_id, name, phone, repeated: answer.repeated };
  });
  log.info(
    { org_id: orgId, task_id: left.taskId, repeated: left.repeated, request_id: origin.requestId },
    '[Booking] A message was taken',
  );
  return left;
}

/** Punctuation and capitals change from one attempt of a model to the next. */
const wordsOf = (text: string): string => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
