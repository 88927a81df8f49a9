import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';

export interface RowCounts {
  pending: number;
  processing: number;
  failed: number;
  dead_letter: number;
}

export interface QueueFacts {
  webhooks: RowCounts;
  outgoing: RowCounts;
  /** How long the row that is due longest has waited, or the one whose worker died; 0 when nothing waits. */
  oldest_due_seconds: number;
}

/** Counting stops here: the page is asked for every few seconds, also while someone floods the queue. */
export const COUNTED_TO = 1_000;

/** Of one organization, or of all. Each part walks one partial index, and no further than is counted. */
export async function queueFacts(db: Db, orgId: OrgId | null): Promise<QueueFacts> {
  const webhooks = await countRows(db, 'webhook_delivery_log', orgId);
  const outgoing = await countRows(db, 'outbox', orgId);
  const { waited: a, ...webhookCounts } = webhooks;
  const { waited: b, ...outgoingCounts } = outgoing;
  return { webhooks: webhookCounts, outgoing: outgoingCounts, oldest_due_seconds: Math.max(a, b) };
}

async function countRows(
  db: Db,
  table: 'webhook_delivery_log' | 'outbox',
  orgId: OrgId | null,
): Promise<RowCounts & { waited: number }> {
  const t = sql.table(table);
  // Written as the claim's indexes are, which know a webhook without an organization as its own group.
  const own = orgId === null ? sql`` : sql`and app_private.group_of(org_id) = ${orgId}::uuid`;
  const ofOrg = orgId === null ? sql`` : sql`and org_id = ${orgId}::uuid`;
  // What a patient's phone refused is on Today, and says nothing about the service.
  const notRefused = table === 'outbox' ? sql`and not refused` : sql``;
  const { rows } = await sql<RowCounts & { waited: number }>`
    with free as materialized (
      select status, run_at from ${t}
      where status in ('pending', 'failed') and not blocked ${own} order by run_at limit ${COUNTED_TO}),
    in_order as materialized (
      select status, blocked from ${t}
      where order_key is not null and status in ('pending', 'failed', 'processing') ${own} limit ${COUNTED_TO}),
    leased as materialized (
      select lease_until from ${t} where status = 'processing' ${ofOrg} order by lease_until limit ${COUNTED_TO}),
    dead as (select from ${t} where status = 'dead_letter' ${notRefused} ${ofOrg} limit ${COUNTED_TO})
    select
      ((select count(*) from free where status = 'pending')
        + (select count(*) from in_order where blocked and status = 'pending'))::int as pending,
      ((select count(*) from free where status = 'failed')
        + (select count(*) from in_order where blocked and status = 'failed'))::int as failed,
      (select count(*) from leased)::int as processing,
      (select count(*) from dead)::int as dead_letter,
      greatest(0, extract(epoch from now() - least(
        (select min(run_at) from free), (select min(lease_until) from leased))))::int as waited`.execute(db);
  return rows[0] ?? { pending: 0, processing: 0, failed: 0, dead_letter: 0, waited: 0 };
}
