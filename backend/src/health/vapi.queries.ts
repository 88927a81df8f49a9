import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';

export interface ReceptionistFacts {
  assistantId: string | null;
  hasNumber: boolean;
  /** Why the settings have not reached Vapi yet; null when they have, or are on their way. */
  problem: string | null;
  /** For how long they have been on their way, in seconds; 0 when they have arrived. */
  pendingSeconds: number;
}

/** Whether a clinic's receptionist is what the clinic wants it to be. */
export async function receptionistFacts(db: Db, orgId: OrgId): Promise<ReceptionistFacts> {
  const { rows } = await sql<ReceptionistFacts>`
    select c.details ->> 'assistant_id' as "assistantId", coalesce(c.details ? 'phone_number_id', false) as "hasNumber",
      case when o.status <> 'completed' then o.error_message end as problem,
      case when o.status in ('pending', 'failed', 'processing')
        then greatest(0, extract(epoch from now() - o.run_at))::int else 0 end as "pendingSeconds"
    from (values (1)) as one
    left join connections c on c.org_id = ${orgId} and c.provider = 'vapi'
    left join outbox o on o.org_id = ${orgId} and o.topic = 'assistant.provision' and o.key = ${orgId}::text`.execute(
    db,
  );
  return rows[0] ?? { assistantId: null, hasNumber: false, problem: null, pendingSeconds: 0 };
}
