import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Provider } from './connections.queries.ts';

export interface SecretRow {
  sealed: string | null;
  previous_sealed: string | null;
  previous_secret_until: Date | null;
  version: number;
}

export interface SealedSecret {
  sealed: string;
  hash: Buffer;
}

export const findOrgBySecretHash = (
  provider: Provider,
  hash: Buffer,
  now: Date,
): RawBuilder<{ org_id: string }> => sql`
  select org_id from connections
  where provider = ${provider}
    and (secret_hash = ${hash} or (previous_secret_hash = ${hash} and previous_secret_until > ${now}))
  limit 1`;

export const listSecrets = (
  provider: Provider,
): RawBuilder<{ org_id: string; secret_hash: Buffer | null; previous_secret_hash: Buffer | null }> => sql`
  select org_id, secret_hash, previous_secret_hash from connections where provider = ${provider}`;

export const readSecrets = (orgId: string, provider: Provider): RawBuilder<SecretRow> => sql`
  select sealed, previous_sealed, previous_secret_until, version from connections
  where org_id = ${orgId} and provider = ${provider}`;

/** If two make the first one at once, one is kept. */
export async function insertSecret(
  db: Db,
  orgId: string,
  provider: Provider,
  secret: SealedSecret,
): Promise<void> {
  await db
    .insertInto('connections')
    .values({ org_id: orgId, provider, status: 'connected', sealed: secret.sealed, secret_hash: secret.hash })
    .onConflict((conflict) => conflict.columns(['org_id', 'provider']).doNothing())
    .execute();
}

/** With `seen`, only where no one has replaced it since. @returns false when nothing was replaced. */
export async function rotateSecret(
  db: Db,
  orgId: string,
  provider: Provider,
  change: { secret: SealedSecret; previousUntil: Date | null; seen?: number },
): Promise<boolean> {
  const { secret, previousUntil, seen } = change;
  const isKept = previousUntil !== null;
  const { numAffectedRows } = await sql`
    update connections set
      previous_sealed = case when ${isKept}::boolean then sealed end,
      previous_secret_hash = case when ${isKept}::boolean then secret_hash end,
      previous_secret_until = ${previousUntil}::timestamptz,
      sealed = ${secret.sealed}, secret_hash = ${secret.hash},
      status = 'connected', error_message = null, connected_at = now(), version = version + 1
    where org_id = ${orgId} and provider = ${provider}
      and (${seen ?? null}::integer is null or version = ${seen ?? null}::integer)`.execute(db);
  return numAffectedRows === 1n;
}

/** @returns the version of the secret that is to be written, or nothing while someone else is writing. */
export const holdWriter = (
  orgId: string,
  provider: Provider,
  writer: string,
  seconds: number,
): RawBuilder<{ version: number; tookOver: boolean }> => sql`
  with before as (
    select writer, writer_until from connections where org_id = ${orgId} and provider = ${provider} for update)
  update connections c set writer = ${writer}::uuid, writer_until = now() + make_interval(secs => ${seconds})
  from before b
  where c.org_id = ${orgId} and c.provider = ${provider}
    and (b.writer is null or b.writer = ${writer}::uuid or b.writer_until <= now())
  returning c.version, b.writer is not null and b.writer <> ${writer}::uuid as "tookOver"`;

export const releaseWriter = (
  orgId: string,
  provider: Provider,
  writer: string,
): RawBuilder<{ version: number }> => sql`
  update connections set writer = null, writer_until = null
  where org_id = ${orgId} and provider = ${provider} and writer = ${writer}::uuid
  returning version`;

/** Ends the secret before this one, unless this one has been replaced since or someone else is writing. */
export const endPreviousSecret = (
  orgId: string,
  provider: Provider,
  writer: string,
  version: number,
): RawBuilder<{ version: number }> => sql`
  update connections set previous_sealed = null, previous_secret_hash = null, previous_secret_until = null
  where org_id = ${orgId} and provider = ${provider} and writer = ${writer}::uuid and version = ${version}
  returning version`;
