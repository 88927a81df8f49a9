import { findAlternatives } from '../availability/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Query, queryIn, sqlState, type Transaction } from '../platform/database.ts';
import type { OrgId, TenantScope } from '../platform/tenant.ts';
import { requestedErrors } from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import type { BookingContext } from './booking-context.ts';
import { SlotRefused } from './slot-refusals.ts';

/** What the verbs of booking work in: a transaction of one clinic. */
export interface BookingTransaction extends Transaction {
  orgId: OrgId;
  clock: Clock;
  /** Reads the offers that were signed with it. */
  slotKey: Buffer;
  /** Writes a line once the change is committed, and none about one that was rolled back. */
  logOnCommit(fields: object, message: string): void;
}

// A deadlock or serialization failure says nothing about the slot; the whole transaction was rolled back.
const TRANSIENT = new Set(['40P01', '40001']);

const LOCK_NOT_AVAILABLE = '55P03';

/** Of `app_private.keep_patient_in_one_place`. */
const PATIENT_ELSEWHERE = 'VX001';

/**
 * Does `work` in one transaction, and once more where the database asks for that. What it throws rolls everything back.
 * @throws {AppError} what the rules or the database refuse, with alternatives; BUSY; and what `work` throws.
 */
export async function inBookingTransaction<R>(
  context: BookingContext,
  scope: TenantScope,
  work: (tx: BookingTransaction) => Promise<R>,
): Promise<R> {
  try {
    return await inTransaction(context, scope, work).catch((error: unknown) => {
      if (!TRANSIENT.has(sqlState(error) ?? '')) throw error;
      return inTransaction(context, scope, work);
    });
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) throw requestedErrors.busy();
    if (sqlState(error) === PATIENT_ELSEWHERE) throw bookingErrors.alreadyBooked();
    if (error instanceof SlotRefused) throw await withAlternatives(context, scope, error);
    throw error;
  }
}

async function inTransaction<R>(
  { database, clock, slotKey, log }: BookingContext,
  scope: TenantScope,
  work: (tx: BookingTransaction) => Promise<R>,
): Promise<R> {
  const lines: { fields: object; message: string }[] = [];
  const result = await database.withTenant(scope, (db, final) =>
    work({
      db,
      query: queryIn(db),
      final,
      orgId: scope.orgId,
      clock,
      slotKey,
      logOnCommit: (fields, message) => lines.push({ fields, message }),
    }),
  );
  for (const { fields, message } of lines) log.info(fields, message);
  return result;
}

/** The refusal with what is free instead, read when the transaction is over: it holds neither lock nor connection. */
async function withAlternatives(
  context: BookingContext,
  scope: TenantScope,
  { slot, refusal }: SlotRefused,
): Promise<Error> {
  const ask: Query = (statement) => context.database.tenantStatement(scope, statement);
  return refusal(await findAlternatives(context, ask, scope, slot), ask, scope.orgId);
}
