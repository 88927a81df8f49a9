import { RIGHTS } from '@voxanne/contract';
import { type Selectable, sql } from 'kysely';
import type { Connections as ConnectionTable } from '../platform/database.generated.ts';
import type { Db } from '../platform/database.ts';

export type ConnectionRow = Selectable<ConnectionTable>;
export type Provider = 'google' | 'twilio' | 'vapi';

export function findConnection(
  db: Db,
  orgId: string,
  provider: Provider,
): Promise<ConnectionRow | undefined> {
  return db
    .selectFrom('connections')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('provider', '=', provider)
    .executeTakeFirst();
}

/** A ciphertext copied to another organization or provider does not open. */
export const sealContext = (orgId: string, provider: Provider): string =>
  `connection|${orgId}|${provider}|secret`;

export interface NewConnection {
  status: string;
  account: string | null;
  scopes: string[];
  sealed: string;
  secretHash: Buffer | null;
  expiresAt: Date | null;
}

/** Links again: the time of the link, the version and a cleared error say so. */
export async function upsertConnection(
  db: Db,
  orgId: string,
  provider: Provider,
  row: NewConnection,
): Promise<void> {
  await sql`
    insert into connections as c (org_id, provider, status, account, scopes, sealed, secret_hash, expires_at)
    values (${orgId}, ${provider}, ${row.status}, ${row.account}, ${row.scopes}, ${row.sealed}, ${row.secretHash}, ${row.expiresAt})
    on conflict (org_id, provider) do update set
      status = excluded.status, 
      account = case when c.provider = 'google' then excluded.account else coalesce(excluded.account, c.account) end,
      scopes = excluded.scopes,
      sealed = excluded.sealed, secret_hash = excluded.secret_hash,
      previous_sealed = null, previous_secret_hash = null, previous_secret_until = null,
      expires_at = excluded.expires_at,
      connected_at = now(), error_message = null, version = c.version + 1`.execute(db);
}

/** @returns false when someone else wrote since `version` was read; nothing is changed then. */
export async function replaceSecret(
  db: Db,
  row: {
    orgId: string;
    provider: Provider;
    id: string;
    version: number;
    sealed: string;
    expiresAt: Date | null;
  },
): Promise<boolean> {
  const result = await db
    .updateTable('connections')
    .set({
      sealed: row.sealed,
      expires_at: row.expiresAt,
      status: 'connected',
      error_message: null,
      version: row.version + 1,
    })
    .where('org_id', '=', row.orgId)
    .where('provider', '=', row.provider)
    // A link that was removed and made again begins with the same version again.
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** @returns false when there is no such connection, or not as it was `seen` anymore. */
export async function setConnectionStatus(
  db: Db,
  orgId: string,
  provider: Provider,
  change: { status: string; errorMessage: string | null; seen?: { id: string; version: number } },
): Promise<boolean> {
  const { status, errorMessage, seen } = change;
  const result = await db
    .updateTable('connections')
    .set({ status, error_message: errorMessage })
    .where('org_id', '=', orgId)
    .where('provider', '=', provider)
    .$if(seen !== undefined, (query) =>
      query.where('id', '=', seen?.id ?? '').where('version', '=', seen?.version ?? 0),
    )
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function mergeConnectionDetails(
  db: Db,
  orgId: string,
  provider: Provider,
  change: { details: Record<string, string>; account?: string },
): Promise<void> {
  await db
    .updateTable('connections')
    .set({
      details: sql`details || ${JSON.stringify(change.details)}::jsonb`,
      ...(change.account === undefined ? {} : { account: change.account }),
    })
    .where('org_id', '=', orgId)
    .where('provider', '=', provider)
    .execute();
}

export async function deleteConnection(db: Db, orgId: string, provider: Provider): Promise<void> {
  await db.deleteFrom('connections').where('org_id', '=', orgId).where('provider', '=', provider).execute();
}

/** An unknown account could be any; an ended link has nothing to lose. */
export async function hasLinkTo(db: Db, provider: Provider, account: string | null): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select 1 from connections
      where provider = ${provider} and status in ('connected', 'degraded')
        and (account is null or ${account}::text is null or lower(account) = lower(${account}))) as found`.execute(
    db,
  );
  return rows[0]?.found ?? true;
}

/** What a signed-in user may see of the connections: row-level security and column rights decide. */
export function visibleConnections(db: Db) {
  return db
    .selectFrom('connections')
    .select(['provider', 'status', 'account', 'expires_at', 'connected_at', 'error_message'])
    .execute();
}

/** Organizations whose credentials run out before a time, soonest first. */
export async function expiringBefore(
  db: Db,
  provider: Provider,
  before: Date,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('connections')
    .select('org_id')
    .where('provider', '=', provider)
    .where('status', 'in', ['connected', 'degraded'])
    .where('expires_at', '<', before)
    .orderBy('expires_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.org_id);
}

export interface OAuthStateRow {
  stateHash: Buffer;
  orgId: string;
  userId: string;
  provider: Provider;
  browserHash: Buffer;
  sealedVerifier: string;
  expiresAt: Date;
}

export async function insertOAuthState(db: Db, row: OAuthStateRow): Promise<void> {
  await db.deleteFrom('oauth_states').where('expires_at', '<', sql<Date>`now()`).execute();
  await db
    .insertInto('oauth_states')
    .values({
      state_hash: row.stateHash,
      org_id: row.orgId,
      user_id: row.userId,
      provider: row.provider,
      browser_hash: row.browserHash,
      sealed_verifier: row.sealedVerifier,
      expires_at: row.expiresAt,
    })
    .execute();
}

/** Only while the person who began it belongs to the clinic and may link its calendar. */
export function findOAuthState(db: Db, stateHash: Buffer) {
  return db
    .selectFrom('oauth_states as s')
    .selectAll('s')
    .where('s.state_hash', '=', stateHash)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('profiles as p')
          .select('p.user_id')
          .whereRef('p.user_id', '=', 's.user_id')
          .whereRef('p.org_id', '=', 's.org_id')
          .where('p.role', 'in', [...RIGHTS['connections.manage'].roles]),
      ),
    )
    .executeTakeFirst();
}

/** Single use: the one who deletes the row may go on. */
export async function takeOAuthState(db: Db, stateHash: Buffer): Promise<boolean> {
  const result = await db.deleteFrom('oauth_states').where('state_hash', '=', stateHash).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** What patients call, in E.164; null where the clinic has no such number. */
export async function numberToCall(db: Db, orgId: string): Promise<string | null> {
  const { rows } = await sql<{ phone: string | null }>`
    select app_private.number_for_patients(${orgId}) as phone`.execute(db);
  return rows[0]?.phone ?? null;
}
