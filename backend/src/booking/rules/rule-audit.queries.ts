import type { Db } from '../../platform/database.ts';
import type { RuleAuthor } from './rule-routes.ts';

type Kind = 'service' | 'provider' | 'time_off';

interface RuleChange {
  kind: Kind;
  id: string;
  change: 'created' | 'changed' | 'deleted';
  before: object | null;
  after: object | null;
}

/** In the transaction of the change: one does not exist without the other. */
export async function writeRuleAudit(db: Db, { tenant, requestId }: RuleAuthor, change: RuleChange) {
  await db
    .insertInto('audit_log')
    .values({
      org_id: tenant.orgId,
      actor_type: 'user',
      actor_id: tenant.userId,
      action: `${change.kind}.${change.change}`,
      object_type: change.kind,
      object_id: change.id,
      before: change.before && JSON.stringify(change.before),
      after: change.after && JSON.stringify(change.after),
      request_id: requestId,
    })
    .execute();
}
