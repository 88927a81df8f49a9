import { randomBytes } from 'node:crypto';
import { sha256 } from '../platform/crypto.ts';
import { queryIn, type Transact } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { BookingContext } from './booking-context.ts';
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
 * The transaction of a change that was read back: the read-back is used up with it, or neither happens.
 * @throws {NotReadBack}
 */
export const asReadBack =
  <R>(
    { database }: BookingContext,
    scope: TenantScope,
    change: ReadBackChange,
    confirmation: Confirmation,
  ): Transact<R> =>
  (work) =>
    database.withTenant(scope, async (db, commitWith) => {
      const following = followingOf(confirmation);
      if (await useReadBack(db, scope.orgId, change, following)) return work(db, commitWith);
      throw new NotReadBack();
    });

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
export async function tryOut<R>(
  { database }: BookingContext,
  scope: TenantScope,
  change: (transact: Transact<R>) => Promise<R>,
): Promise<void> {
  const transact: Transact<R> = (work) =>
    database.withTenant(scope, async (db) => {
      await work(db, queryIn(db));
      throw new RollBack();
    });
  await change(transact).catch((error: unknown) => {
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
