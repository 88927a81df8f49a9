import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { deriveKey } from '../crypto.ts';
import { StartupError } from '../errors.ts';

export interface MigrateOptions {
  /** Connects as the owner, or as an administrator who becomes it. */
  url: string;
  /** The repository's `supabase` directory. */
  directory: string;
  /** The runtime login's password is derived from it, so that many processes agree without talking. */
  authSecret: string;
  /** A login that was made elsewhere; the built-in one then keeps its password. */
  runtimeUrl?: string;
}

export interface Migrated {
  applied: string[];
  runtimeUrl: string;
}

const RUNTIME_LOGIN = 'voxanne_runtime';
const LOCK_KEY = 'voxanne:migrate';

/**
 * Applies what is missing, one transaction a file, under an advisory lock: any number of processes may start at
 * once. The ledger is the Supabase CLI's.
 * @throws {StartupError} when the server is too old or a file fails; nothing of that file stays.
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const client = new pg.Client({ connectionString: options.url, application_name: 'voxanne migrate' });
  try {
    await client.connect();
  } catch (error) {
    throw new StartupError(
      `The database does not answer: ${(error as Error).message}.\nCheck DATABASE_URL and that PostgreSQL is running.`,
    );
  }
  try {
    await checkVersion(client);
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [LOCK_KEY]);
    const standIn = await usesStandIn(client);
    if (standIn) await runFile(client, join(options.directory, 'local', 'auth.sql'));
    const applied = await applyPending(client, join(options.directory, 'migrations'));
    if (standIn) await runFile(client, join(options.directory, 'local', 'grants.sql'));
    return { applied, runtimeUrl: options.runtimeUrl ?? (await openRuntimeLogin(client, options)) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

const runtimePassword = (authSecret: string): string =>
  deriveKey(authSecret, 'runtime database login').toString('base64url');

/** Where the processes log in, once `migrate` has opened that login. */
export const runtimeUrlOf = (url: string, authSecret: string): string =>
  withLogin(url, RUNTIME_LOGIN, runtimePassword(authSecret));

/** Names of the migrations that this code brings, oldest first. */
export const migrationFiles = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => /^\d{14}_[a-z0-9_]+\.sql$/.test(name))
    .sort();

async function checkVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version_num') as version`,
  );
  if (Number(rows[0]?.version) < 150_000) {
    throw new StartupError('Voxanne needs PostgreSQL 15 or later; DATABASE_URL leads to an older one.');
  }
}

/** True on plain PostgreSQL: either nothing is there yet, or our own stand-in is. */
async function usesStandIn(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ users: string | null; note: string | null }>(
    `select to_regclass('auth.users')::text as users, obj_description(to_regnamespace('auth'), 'pg_namespace') as note`,
  );
  return rows[0]?.users == null || rows[0].note === 'voxanne stand-in';
}

async function runFile(client: pg.Client, file: string): Promise<void> {
  try {
    await client.query(`begin;\n${readFileSync(file, 'utf8')}\ncommit;`);
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw new StartupError(`${file} failed: ${(error as Error).message}`);
  }
}

async function applyPending(client: pg.Client, directory: string): Promise<string[]> {
  await client.query(`
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text primary key);
    alter table supabase_migrations.schema_migrations add column if not exists statements text[];
    alter table supabase_migrations.schema_migrations add column if not exists name text;`);
  const { rows } = await client.query<{ version: string }>(
    'select version from supabase_migrations.schema_migrations',
  );
  const done = new Set(rows.map((row) => row.version));
  const pending = migrationFiles(directory).filter((file) => !done.has(versionOf(file)));
  for (const file of pending) {
    const sql = readFileSync(join(directory, file), 'utf8');
    try {
      await client.query('begin');
      await client.query(sql);
      await client.query(
        'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)',
        [versionOf(file), file.slice(15, -4), [sql]],
      );
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw new StartupError(
        `Migration ${file} failed, and nothing of it stays: ${(error as Error).message}`,
      );
    }
  }
  return pending;
}

const versionOf = (file: string): string => file.slice(0, 14);

/** Gives the runtime login its derived password, unless it already opens. */
async function openRuntimeLogin(client: pg.Client, options: MigrateOptions): Promise<string> {
  const password = runtimePassword(options.authSecret);
  const url = runtimeUrlOf(options.url, options.authSecret);
  // `alter role` takes no parameters; the value is base64url by construction, and escaped all the same.
  // Two databases of one cluster may do this at once ("tuple concurrently updated"): the second try sees the first.
  const sql = `alter role ${RUNTIME_LOGIN} password ${pg.escapeLiteral(password)}`;
  try {
    await client.query(sql).catch(() => client.query(sql));
  } catch {
    // Roles belong to the whole server: another deployment on it may have made this one.
    if (!(await opens(url))) {
      throw new StartupError(
        `The login ${RUNTIME_LOGIN} already exists on this PostgreSQL and was made by somebody else, so its password cannot be set.\nGive each deployment a server of its own, or set DATABASE_RUNTIME_URL to a login that is a member of "voxanne_tenant" and "voxanne_service".`,
      );
    }
  }
  return url;
}

async function opens(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function withLogin(url: string, user: string, password: string): string {
  const parsed = new URL(url);
  parsed.username = user;
  parsed.password = password;
  return parsed.toString();
}
