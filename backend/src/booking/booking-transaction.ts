import { type AvailabilityContext, findAlternatives } from '../availability/index.ts';
import { type Query, sqlState, type Transact, type Work } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { requestedErrors } from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { SlotRefused } from './slot-refusals.ts';

/** Statements outside of any transaction, as the clinic that asks. */
const queryAsTenant =
  ({ database }: Pick<AvailabilityContext, 'database'>, scope: TenantScope): Query =>
  (statement) =>
    database.tenantStatement(scope, statement);

// A deadlock or serialization failure says nothing about the slot; the whole transaction was rolled back.
const TRANSIENT = new Set(['40P01', '40001']);

const LOCK_NOT_AVAILABLE = '55P03';

/** Of `app_private.keep_patient_in_one_place`. */
const PATIENT_ELSEWHERE = 'VX001';

/**
 * One change in one transaction, tried once more where the database asks for that.
 * @throws {AppError} what the rules or the database refuse, with alternatives; BUSY; and what `work` throws.
 */
export async function inBookingTransaction<R>(
  context: AvailabilityContext,
  scope: TenantScope,
  transact: Transact<R>,
  work: Work<R>,
): Promise<R> {
  try {
    return await transact(work).catch((error: unknown) => {
      if (!TRANSIENT.has(sqlState(error) ?? '')) throw error;
      return transact(work);
    });
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) throw requestedErrors.busy();
    if (sqlState(error) === PATIENT_ELSEWHERE) throw bookingErrors.alreadyBooked();
    if (!(error instanceof SlotRefused)) throw error;
    const ask = queryAsTenant(context, scope);
    throw await error.refusal(await findAlternatives(context, ask, scope, error.wish), ask, scope.orgId);
  }
}
