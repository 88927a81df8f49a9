import type { Db } from '../platform/database.ts';
import { writeAudit } from '../tenancy/index.ts';
import type { ScheduleAuthor } from './schedule-context.ts';

interface RuleChange {
  kind: 'service' | 'provider' | 'time_off';
  id: string;
  change: 'created' | 'changed' | 'deleted';
  before: object | null;
  after: object | null;
}

/** In the same transaction as the change, so that neither exists without the other. */
export const writeScheduleAudit = (
  db: Db,
  { requestId }: ScheduleAuthor,
  { kind, id, change, before, after }: RuleChange,
): Promise<void> => writeAudit(db, { action: `${kind}.${change}`, objectId: id, before, after, requestId });
