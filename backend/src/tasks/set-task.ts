import type { BookingContext } from '../booking/index.ts';
import { AppError } from '../platform/errors.ts';
import { type Tenant, writeAudit } from '../tenancy/index.ts';
import { findTask, setTaskClosed, type TaskRow } from './tasks.queries.ts';

/**
 * Closes a task, or opens it again; one that is in that state already stays as it is. Audited in the same transaction.
 * @throws {AppError} TASK_NOT_FOUND.
 */
export function setTask(
  { database }: Pick<BookingContext, 'database'>,
  tenant: Tenant,
  id: string,
  state: 'closed' | 'reopened',
  requestId: string,
): Promise<TaskRow> {
  return database.withTenant(tenant, async (db) => {
    const changed = await setTaskClosed(db, tenant.orgId, id, tenant.userId, state === 'closed');
    if (changed) await writeAudit(db, { action: `task.${state}`, objectId: id, requestId });
    const task = await findTask(db, tenant.orgId, id);
    if (task) return task;
    throw new AppError({
      code: 'TASK_NOT_FOUND',
      status: 404,
      detail: 'We couldn’t find that task at this clinic. Closed tasks are kept for 90 days.',
    });
  });
}
