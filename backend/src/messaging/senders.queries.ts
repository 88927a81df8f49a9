import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface SenderRow {
  org_id: string;
  name: string;
  address: string;
  created_at: Date;
}

/** The number that the clinic alone texts from; null where it uses the sender of the deployment. */
export async function ownSender(db: Db, orgId: string): Promise<string | null> {
  const { rows } = await sql<{ address: string }>`
    select address from senders where org_id = ${orgId}`.execute(db);
  return rows[0]?.address ?? null;
}

export async function listSenders(db: Db): Promise<SenderRow[]> {
  const { rows } = await sql<SenderRow>`
    select s.org_id, o.name, s.address, s.created_at from senders s join organizations o on o.id = s.org_id
    order by o.name, s.org_id`.execute(db);
  return rows;
}

export async function setSender(
  db: Db,
  sender: { orgId: string; address: string; shared: readonly string[] },
): Promise<'SET' | 'SHARED' | 'NO_CLINIC' | 'TAKEN'> {
  const { rows } = await sql<{ outcome: 'SET' | 'SHARED' | 'NO_CLINIC' | 'TAKEN' }>`
    select app_private.set_sender(${sender.orgId}::uuid, ${sender.address}, ${sender.shared}::text[]) as outcome`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error('The sender was neither set nor refused.');
  return row.outcome;
}

/** @returns the clinic that had it; null where no one has. */
export async function removeSender(db: Db, address: string): Promise<string | null> {
  const { rows } = await sql<{ org_id: string | null }>`
    select app_private.remove_sender(${address}) as org_id`.execute(db);
  return rows[0]?.org_id ?? null;
}
