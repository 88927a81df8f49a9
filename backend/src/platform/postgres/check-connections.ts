import pg from 'pg';
import { StartupError } from '../errors.ts';
import type { Address, Addresses } from './addresses.ts';
import { databaseFailure, runtimeFailure } from './connect-failure.ts';
import { type DatabaseIdentity, identityOf, isSameDatabase } from './identity.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** The pool, its listeners, and the one that migrates. */
const CONNECTIONS_OF_A_PROCESS = 14;

/**
 * Goes every way that was given, before anything is served: each must lead to the database that was migrated, and the
 * processes' own must take transactions and the roles they act under.
 * @returns warnings that don't stop the start.
 * @throws {StartupError} that names the setting.
 */
export async function checkConnections(addresses: Addresses, migrated: DatabaseIdentity): Promise<string[]> {
  if (addresses.unused) {
    await visit(addresses.unused, databaseFailure, (client) =>
      checkSame(client, addresses.unused as Address, addresses.owner, migrated),
    );
  }
  return visit(addresses.runtime, runtimeFailure, async (client) => {
    await checkRuntime(client, addresses.runtime);
    await checkSame(client, addresses.runtime, addresses.owner, migrated);
    return roomFor(client);
  });
}

async function visit<T>(
  { url, setting }: Address,
  words: typeof databaseFailure,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'voxanne start',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw error instanceof StartupError ? error : words(error, setting);
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Facts {
  login: string;
  version: number;
  reads_only: boolean;
  missing: string[] | null;
}

async function checkRuntime(client: pg.Client, { setting }: Address): Promise<void> {
  // Two messages: a transaction must hold over both.
  await client.query('begin');
  const { rows } = await client.query<Facts>(`
    select current_user as login, current_setting('server_version_num')::int as version,
      pg_catalog.pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as reads_only,
      (select array_agg(needed) from unnest(array['voxanne_tenant', 'voxanne_service']) as needed
        where not exists (select from pg_catalog.pg_roles r
          where r.rolname = needed and pg_catalog.pg_has_role(r.oid, 'MEMBER'))) as missing`);
  await client.query('commit');
  const [facts] = rows;
  if (!facts) throw new StartupError(`${setting} can’t be used: the database doesn’t answer.`);
  if (facts.version < 150_000) {
    throw new StartupError(`Voxanne needs PostgreSQL 15 or later; ${setting} points to an older one.`);
  }
  if (facts.reads_only) {
    throw new StartupError(
      `${setting} can’t be used: it points to a read-only server (a replica, or one in recovery).\nUse the address of the primary.`,
    );
  }
  if (facts.missing) {
    throw new StartupError(
      `${setting} can’t be used: the login "${facts.login}" isn’t a member of ${facts.missing.join(' and ')}, which Voxanne acts as.\nGrant them: grant ${facts.missing.join(', ')} to "${facts.login}".`,
    );
  }
}

async function checkSame(
  client: pg.Client,
  address: Address,
  owner: Address,
  migrated: DatabaseIdentity,
): Promise<void> {
  if (isSameDatabase(await identityOf(client), migrated)) return;
  throw new StartupError(
    `${address.setting} and ${owner.setting} point to different databases, so the one that was migrated isn’t the one that would be used.\nPoint both to the same database, or leave one of them out.`,
  );
}

async function roomFor(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ room: number }>(`
    select least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
      nullif(rolconnlimit, -1)) as room from pg_catalog.pg_roles where rolname = current_user`);
  const room = rows[0]?.room ?? CONNECTIONS_OF_A_PROCESS;
  if (room >= CONNECTIONS_OF_A_PROCESS) return [];
  return [
    `[Database] The server allows ${room} connections, and a process of Voxanne uses up to ${CONNECTIONS_OF_A_PROCESS}, so requests will wait or fail under load. Raise max_connections (or the limit of the login), or put a pooler in front`,
  ];
}
