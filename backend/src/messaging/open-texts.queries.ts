import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { SENDER_CODES } from './classify-refusal.ts';

export interface OpenTexts {
  /** Texts that have not left, counted up to a thousand of a kind. */
  count: number;
  oldestSeconds: number;
  /** With what Twilio refused the last attempts, newest first; a text that is refused tries again within a minute. */
  refusals: Refused[];
}

interface Refused {
  code: string;
  /** It was to leave from the clinic's own number, not from the sender of the deployment. */
  byOwn: boolean;
}

const OPEN = sql`('queued', 'sending', 'unknown')`;

/**
 * Of one organization, or of all with the questions to patients which clinic they mean: those belong to no clinic. A number of
 * a clinic's own that is refused doesn't count for all. Counting reads a partial index and nothing else.
 */
export async function readOpenTexts(db: Db, orgId: string | null): Promise<OpenTexts> {
  const which =
    orgId === null ? sql`m.org_id not in (select org_id from barred)` : sql`m.org_id = ${orgId}::uuid`;
  const questions =
    orgId === null
      ? sql`union all (select q.asked_at, q.attempted_at, q.error_code, s.address is not null
          from app_private.clinic_questions q left join senders s on s.address = q.receiver
          where q.status in ('queued', 'sending') and q.chosen_at is null
            and (s.address is null or q.error_code is null or q.error_code <> all(${SENDER_CODES}::text[]))
          limit 1000)`
      : sql``;
  const { rows } = await sql<OpenTexts>`
    with barred as materialized (
      select distinct s.org_id from senders s join messages r on r.org_id = s.org_id and r.from_address = s.address
      where r.status in ${OPEN} and r.error_code = any(${SENDER_CODES}::text[])
        and r.attempted_at > now() - interval '5 minutes'),
    open as materialized (
      (select m.created_at, m.attempted_at, m.error_code, s.address is not null as by_own
      from messages m left join senders s on s.org_id = m.org_id and s.address = m.from_address
      where m.status in ${OPEN} and ${which} limit 1000) ${questions})
    select count(*)::int as count,
      greatest(0, coalesce(extract(epoch from now() - min(created_at)), 0))::int as "oldestSeconds",
      coalesce((select json_agg(json_build_object('code', error_code, 'byOwn', by_own) order by newest desc) from (
        select error_code, by_own, max(attempted_at) as newest from open
        where error_code is not null and attempted_at > now() - interval '5 minutes' group by 1, 2) as refused),
        '[]') as refusals
    from open`.execute(db);
  return rows[0] ?? { count: 0, oldestSeconds: 0, refusals: [] };
}
