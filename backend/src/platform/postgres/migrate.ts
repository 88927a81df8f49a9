import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { sqlState } from '../database.ts';
import { StartupError } from '../errors.ts';
import { runtimeUrlOf } from './addresses.ts';
import { databaseFailure } from './connect-failure.ts';
import { refuseEarlyDatabase } from './early-database.ts';
import { type DatabaseIdentity, identityOf } from './identity.ts';
import { CLOSE_TO_STRANGERS, handOver } from './owner.ts';
import { openRuntimeLogin } from './runtime-login.ts';

export interface MigrateOptions {
  /** Connects as the owner, or as an administrator who becomes it. */
  url: string;
  /** The setting that holds the URL, for error messages. */
  setting?: string;
  /** The repository's `supabase` directory. */
  directory: string;
  /** The runtime login's password is derived from it, so that many processes agree without talking. */
  authSecret: string;
  /** A login that was made elsewhere; the built-in one then keeps its password. */
  runtimeUrl?: string;
}

export interface Migrated {
  applied: string[];
  /** Where the processes log in: the address that was migrated. */
  runtimeUrl: string;
  /** The database that the processes' own address must reach, too. */
  identity: DatabaseIdentity;
}

const LOCK_KEY = 'voxanne:migrate';
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Applies what is missing, one transaction a file, under an advisory lock: any number of processes may start at
 * once. The ledger is the Supabase CLI's.
 * @throws {StartupError} when the server is too old or out of reach, the database is one from before the first release,
 * or a file fails; nothing of that file stays.
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const { setting = 'DATABASE_URL' } = options;
  const client = new pg.Client({
    connectionString: options.url,
    application_name: 'voxanne migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // Told by the query under way; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkServer(client, setting);
    const [first = ''] = migrationFiles(join(options.directory, 'migrations'));
    // Under the lock: another process may be in the middle of the first migration.
    await locked(client, () => refuseEarlyDatabase(client, setting, versionOf(first)));
    const applied = await applyAll(client, options.directory);
    const { runtimeUrl } = options;
    if (runtimeUrl === undefined) await openRuntimeLogin(client, options);
    return {
      applied,
      runtimeUrl: runtimeUrl ?? runtimeUrlOf(options.url, options.authSecret),
      identity: await identityOf(client),
    };
  } catch (error) {
    throw databaseFailure(error, setting);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Names of the migrations that this code brings, oldest first. */
export const migrationFiles = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => /^\d{14}_[a-z0-9_]+\.sql$/.test(name))
    .sort();

async function checkServer(client: pg.Client, setting: string): Promise<void> {
  const { rows } = await client.query<{ version: number; replica: boolean }>(
    `select current_setting('server_version_num')::int as version, pg_catalog.pg_is_in_recovery() as replica`,
  );
  const [server] = rows;
  if (!server || server.version < 150_000) {
    throw new StartupError(`Voxanne needs PostgreSQL 15 or later; ${setting} points to an older one.`);
  }
  if (server.replica) {
    throw new StartupError(
      `${setting} can’t be used: it points to a replica, or to a server in recovery, where nothing can be written.\nUse the address of the primary.`,
    );
  }
}

/**
 * One transaction under the lock. The lock ends with it and not with the session: behind a pooler in transaction mode
 * the session is someone else's by then, and would keep it forever.
 */
async function locked<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [LOCK_KEY]);
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** True on plain PostgreSQL: either nothing is there yet, or our own stand-in is. */
async function usesStandIn(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ users: string | null; note: string | null }>(
    `select to_regclass('auth.users')::text as users, obj_description(to_regnamespace('auth'), 'pg_namespace') as note`,
  );
  return rows[0]?.users == null || rows[0].note === 'voxanne stand-in';
}

async function applyAll(client: pg.Client, directory: string): Promise<string[]> {
  const handsOver = await locked(client, () => handOver(client, directory));
  // Local to each transaction: behind a pooler it may be another session each time.
  const asOwner = <T>(work: () => Promise<T>) =>
    locked(client, async () => {
      if (handsOver) await client.query('set local role voxanne_owner');
      return work();
    });
  const standIn = await asOwner(async () => {
    const uses = await usesStandIn(client);
    if (uses) await runFile(client, join(directory, 'local', 'auth.sql'));
    await client.query(LEDGER);
    return uses;
  });
  const applied: string[] = [];
  for (;;) {
    const file = await asOwner(() => applyNext(client, join(directory, 'migrations')));
    if (file === undefined) break;
    applied.push(file);
  }
  await asOwner(async () => {
    if (standIn) await runFile(client, join(directory, 'local', 'grants.sql'));
    await client.query(CLOSE_TO_STRANGERS);
  });
  return applied;
}

async function runFile(client: pg.Client, file: string): Promise<void> {
  try {
    await client.query(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isRefusal(error)) throw error;
    throw new StartupError(`${file} failed: ${(error as Error).message}`);
  }
}

const LEDGER = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text primary key);
  alter table supabase_migrations.schema_migrations add column if not exists statements text[];
  alter table supabase_migrations.schema_migrations add column if not exists name text;`;

/** @returns the file, or undefined when none is missing. Another process may have applied some since the last look. */
async function applyNext(client: pg.Client, directory: string): Promise<string | undefined> {
  const { rows } = await client.query<{ version: string }>(
    'select version from supabase_migrations.schema_migrations',
  );
  const done = new Set(rows.map((row) => row.version));
  const file = migrationFiles(directory).find((name) => !done.has(versionOf(name)));
  if (file === undefined) return undefined;
  const sql = readFileSync(join(directory, file), 'utf8');
  try {
    await client.query(sql);
    await client.query(
      'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)',
      [versionOf(file), file.slice(15, -4), [sql]],
    );
  } catch (error) {
    if (isRefusal(error)) throw error;
    throw new StartupError(`Migration ${file} failed and was rolled back: ${(error as Error).message}`);
  }
  return file;
}

/** Not the file's fault: the login isn't allowed to, or the server is read-only. */
const isRefusal = (error: unknown): boolean => ['42501', '25006'].includes(sqlState(error) ?? '');

const versionOf = (file: string): string => file.slice(0, 14);
