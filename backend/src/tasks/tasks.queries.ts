import type { TaskStatus } from '@voxanne/contract';
import { type SqlBool, sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';

export interface NewTask {
  name: string;
  phone: string;
  message: string;
  urgent: boolean;
  callId: string;
  /** The same for a repeat. */
  repeatKey: string;
  requestId: string;
}

type Answer =
  | { success: true; task_id: string; repeated: boolean }
  | { success: false; error: string; message: string };

export async function insertTask(db: Db, orgId: string, task: NewTask): Promise<Answer> {
  const { rows } = await sql<{ answer: Answer }>`
    select app_private.leave_task(${orgId}, ${task.name}, ${task.phone}, ${task.message}, ${task.urgent},
      ${task.callId}, ${task.repeatKey}, ${task.requestId}) as answer`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('leave_task gave no answer.');
  return row.answer;
}

const COLUMNS = ['id', 'kind', 'name', 'phone', 'message', 'urgent', 'created_at', 'closed_at'] as const;

/** Urgent ones come before all others, however long those have waited. */
const ORDER = {
  open: sql<Date>`(created_at - case when urgent then interval '100 years' else interval '0' end)`,
  closed: sql<Date>`closed_at`,
};

/** Open: urgent ones first, then those that have waited longest. Closed: the latest first. */
export function listTasks(db: Db, orgId: string, { status }: { status: TaskStatus }, { after, limit }: Page) {
  const key = ORDER[status];
  const direction = status === 'open' ? 'asc' : 'desc';
  let query = db
    .selectFrom('tasks')
    .select(COLUMNS)
    .select(sql<string>`${key}::text`.as('at'))
    .where('org_id', '=', orgId)
    .where('closed_at', status === 'open' ? 'is' : 'is not', null)
    .orderBy(key, direction)
    .orderBy('id', direction)
    .limit(limit);
  if (after) {
    const beyond = sql.raw(status === 'open' ? '>' : '<');
    query = query.where(sql<SqlBool>`(${key}, id) ${beyond} (${after.at}::timestamptz, ${after.id}::uuid)`);
  }
  return query.execute();
}

export type TaskRow = Omit<Awaited<ReturnType<typeof listTasks>>[number], 'at'>;

export function findTask(db: Db, orgId: string, id: string): Promise<TaskRow | undefined> {
  return db
    .selectFrom('tasks')
    .select(COLUMNS)
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** @returns whether it was in the other state before. */
export async function setTaskClosed(
  db: Db,
  orgId: string,
  id: string,
  closedBy: string | null,
  closed: boolean,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('tasks')
    .set(
      closed
        ? { closed_at: sql<Date>`clock_timestamp()`, closed_by: closedBy }
        : { closed_at: null, closed_by: null },
    )
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('closed_at', closed ? 'is' : 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
