import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface OpenTexts {
  /** Texts that have not left, counted up to a thousand of a kind. */
  count: number;
  oldestSeconds: number;
  /** With what Twilio refused the last attempts, newest first; a text that is refused tries again within a minute. */
  codes: string[];
}

/**
 * Of one organization, or of all, with the questions to patients which clinic they mean: those are no clinic's. What is counted is read
 * along a partial index, and no further.
 */
export async function readOpenTexts(db: Db, orgId: string | null): Promise<OpenTexts> {
  const own = orgId === null ? sql`` : sql`and org_id = ${orgId}::uuid`;
  const questions =
    orgId === null
      ? sql`union all (select asked_at, attempted_at, error_code from app_private.clinic_questions
          where status in ('queued', 'sending') and chosen_at is null limit 1000)`
      : sql``;
  const { rows } = await sql<OpenTexts>`
    with open as materialized (
      (select created_at, attempted_at, error_code from messages
      where status in ('queued', 'sending', 'unknown') ${own} limit 1000) ${questions})
    select count(*)::int as count,
      greatest(0, coalesce(extract(epoch from now() - min(created_at)), 0))::int as "oldestSeconds",
      coalesce((select array_agg(error_code order by newest desc) from (
        select error_code, max(attempted_at) as newest from open
        where error_code is not null and attempted_at > now() - interval '5 minutes' group by 1) as refused),
        '{}') as codes
    from open`.execute(db);
  return rows[0] ?? { count: 0, oldestSeconds: 0, codes: [] };
}
