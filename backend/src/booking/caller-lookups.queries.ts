import { sql } from 'kysely';
import type { Db, Query } from '../platform/database.ts';

/** A guess at whose appointments a number has. */
export interface Lookup {
  phone: string;
  callId: string;
  nameHash: Buffer;
}

/** @returns undefined after too many wrong names in this call, or for this number today. */
export async function beginLookup(db: Db, orgId: string, lookup: Lookup): Promise<string | undefined> {
  const { rows } = await sql<{ id: string | null }>`
    select app_private.begin_caller_lookup(${orgId}, ${lookup.phone}, ${lookup.callId}, ${lookup.nameHash})::text as id`.execute(
    db,
  );
  return rows[0]?.id ?? undefined;
}

export const endLookup = (
  query: Query,
  orgId: string,
  { id, appointmentIds, requestId }: { id: string; appointmentIds: string[]; requestId: string },
): Promise<unknown> =>
  query(
    sql`select app_private.end_caller_lookup(${orgId}, ${id}::bigint, ${appointmentIds}::uuid[], ${requestId})`,
  );
