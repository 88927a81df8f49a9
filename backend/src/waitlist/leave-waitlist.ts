import type { BookingContext, ChangeOrigin } from '../booking/index.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { waitlistRefusal } from './waitlist.errors.ts';
import { leaveWaitlist as endEntry } from './waitlist.queries.ts';

/**
 * Takes a patient off the waitlist. An open offer ends, and its time goes to the next one.
 * @throws {AppError} WAITLIST_ENTRY_NOT_FOUND.
 */
export async function leaveWaitlist(
  { database }: Pick<BookingContext, 'database'>,
  scope: TenantScope,
  entryId: string,
  origin: ChangeOrigin,
): Promise<void> {
  const answer = await database.withTenant(scope, (db) =>
    endEntry(db, scope.orgId, entryId, {
      source: origin.source,
      actorId: origin.actorId ?? null,
      requestId: origin.requestId ?? '',
    }),
  );
  if (!answer.success) throw waitlistRefusal(answer.error);
}
