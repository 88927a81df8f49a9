import { randomBytes } from 'node:crypto';
import { sha256 } from '../platform/crypto.ts';
import { keptOpen } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './booking-context.ts';
import { type BookingTransaction, inBookingTransaction } from './booking-transaction.ts';
import {
  type Following,
  insertReadBack,
  latestMove,
  type ReadBackChange,
  useReadBack,
  wasUsed,
} from './read-backs.queries.ts';

export type { ReadBackChange } from './read-backs.queries.ts';

/** Of the second step: the call it comes in, when it came, and the token it brings. */
export interface Confirmation {
  callId: string;
  token: string | undefined;
  arrivedAt: Date;
}

/** It was never read to the caller, or too long ago, or it was something else. Nothing was changed. */
export class NotReadBack extends Error {}

/** Keeps that a change is read to the caller. @returns the token for the second step, which is good once. */
export async function readBack(
  { database }: BookingContext,
  scope: TenantScope,
  change: ReadBackChange,
  callId: string,
): Promise<string> {
  const token = randomBytes(8).toString('hex');
  await database.withTenant(scope, (db) =>
    insertReadBack(db, scope.orgId, change, { callId, tokenHash: sha256(token) }),
  );
  return token;
}

/**
 * First step of a change that was read back: uses the question up, in the transaction of the change.
 * @throws {NotReadBack}
 */
export async function confirmReadBack(
  { db, orgId }: BookingTransaction,
  change: ReadBackChange,
  confirmation: Confirmation,
): Promise<void> {
  if (!(await useReadBack(db, orgId, change, followingOf(confirmation)))) throw new NotReadBack();
}

/** Whether that change was confirmed before, in this call or with this token. */
export const wasConfirmed = (
  { database }: BookingContext,
  scope: TenantScope,
  change: ReadBackChange,
  confirmation: Confirmation,
): Promise<boolean> =>
  database.withTenant(scope, (db) => wasUsed(db, scope.orgId, change, followingOf(confirmation)));

class RollBack extends Error {}

/** Tries a change out before it is read back: whatever it would be refused for is said now. Nothing is written. */
export async function tryOut(
  context: BookingContext,
  scope: TenantScope,
  change: (tx: BookingTransaction) => Promise<unknown>,
): Promise<void> {
  const tried = inBookingTransaction(context, scope, async (tx) => {
    await change(keptOpen(tx));
    throw new RollBack();
  });
  await tried.catch((error: unknown) => {
    if (!(error instanceof RollBack)) throw error;
  });
}

/** Where the move went that was read back last. */
export const moveReadBack = (
  { database }: BookingContext,
  scope: TenantScope,
  appointmentId: string,
  confirmation: Confirmation,
): Promise<{ at: Date; providerName: string | undefined } | undefined> =>
  database.withTenant(scope, async (db) => {
    const row = await latestMove(db, scope.orgId, appointmentId, followingOf(confirmation));
    return row && { at: row.scheduled_at, providerName: row.provider_name ?? undefined };
  });

export const followingOf = ({ callId, token, arrivedAt }: Confirmation): Following => ({
  callId,
  arrivedAt,
  tokenHash: token === undefined ? null : sha256(token),
});
