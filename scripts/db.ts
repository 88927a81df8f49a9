/** The database by hand: `npm run db:migrate`, `db:reset`, `db:dump`, `db:new -- <name>`, `db:types`. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Config, loadConfig } from '../backend/src/platform/config.ts';
import { StartupError } from '../backend/src/platform/errors.ts';
import { RUNTIME_LOGIN, runtimePassword } from '../backend/src/platform/postgres/addresses.ts';
import { migrate } from '../backend/src/platform/postgres/migrate.ts';
import { withBuiltIn, withScratch } from './lib/built-in-postgres.ts';
import { readRights, readScopes } from './schema/catalog.queries.ts';
import { createMigration, migrationName } from './schema/create-migration.ts';
import { dumpRows } from './schema/dump.ts';
import { RIGHTS_MODULE, rightsModule } from './schema/rights-module.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const supabase = join(root, 'supabase');

const USAGE = `Usage:
  npm run db:migrate          applies the migrations that are missing
  npm run db:reset            deletes everything in the database and starts over (-- --yes unless it's the trial's own)
  npm run db:dump -- <file>   writes every row into a new file, one line of JSON each
  npm run db:new -- <name>    makes the next migration, with the functions that differ from supabase/schemas
  npm run db:login            prints the line by which a pooler knows the login of the processes (it has a password in it)
  npm run db:types            writes backend/src/platform/database.generated.ts and packages/contract/src/rights.generated.ts from the migrations`;

async function main([command, ...args]: string[]): Promise<void> {
  switch (command) {
    case 'migrate':
      return withOwner(loadConfig(process.env, root), async (url, config) =>
        sayApplied(await apply(url, config)),
      );
    case 'reset':
      return reset(loadConfig(process.env, root), args.includes('--yes'));
    case 'login':
      return printLogin(loadConfig(process.env, root));
    case 'dump':
      return dump(loadConfig(process.env, root), args[0] ?? 'voxanne-dump.jsonl');
    case 'new':
      return create(args.join('_'));
    case 'types':
      return types();
    default:
      throw new StartupError(USAGE);
  }
}

const apply = async (url: string, { auth, database }: Config): Promise<string[]> => {
  const given = database.url ? 'DATABASE_URL' : 'The built-in database';
  const setting = database.migrationUrl ? 'DATABASE_MIGRATION_URL' : given;
  return (await migrate({ url, setting, directory: supabase, authSecret: auth.secret })).applied;
};

function printLogin({ auth }: Config): void {
  console.log(`"${RUNTIME_LOGIN}" "${runtimePassword(auth.secret)}"`);
}

function sayApplied(applied: string[]): void {
  for (const file of applied) console.log(`applied ${file}`);
  console.log(
    applied.length === 0 ? 'Nothing to apply: the database is up to date.' : `${applied.length} applied.`,
  );
}

const givenUrl = ({ database }: Config): string | undefined => database.migrationUrl ?? database.url;

/** Runs `work` with the owner's URL: of the given database, or of the built-in one for as long as it takes. */
async function withOwner(
  config: Config,
  work: (url: string, config: Config) => Promise<void>,
): Promise<void> {
  const given = givenUrl(config);
  if (given) return work(given, config);
  await withBuiltIn(config.dataDir, config.database.embeddedPort, (url) => work(url, config));
}

async function reset(config: Config, sure: boolean): Promise<void> {
  const given = givenUrl(config);
  if (!sure && (given || config.mode === 'live')) {
    const { host, pathname } = new URL(given ?? `postgres://built-in${config.dataDir}`);
    throw new StartupError(
      `This would delete every table and row in ${host}${pathname}.\nIf that’s what you want: npm run db:reset -- --yes`,
    );
  }
  await withOwner(config, async (url) => {
    await (given ? emptySchemas(url) : remakeDatabase(url));
    sayApplied(await apply(url, config));
  });
}

async function connected(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'voxanne db' });
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function remakeDatabase(url: string): Promise<void> {
  const name = pg.escapeIdentifier(new URL(url).pathname.slice(1));
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  await connected(maintenance.toString(), async (client) => {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name}`);
  });
}

const emptySchemas = (url: string): Promise<void> =>
  connected(url, async (client) => {
    const { rows } = await client.query<{ managed: boolean }>(
      `select to_regclass('auth.users') is not null
         and obj_description(to_regnamespace('auth'), 'pg_namespace') is distinct from 'voxanne stand-in' as managed`,
    );
    if (rows[0]?.managed) {
      throw new StartupError(
        'This database has its own auth schema (Supabase), with users that aren’t ours to delete.\nUse Supabase’s own command: supabase db reset, which runs the same migrations.',
      );
    }
    // One simple query is one transaction: either all of it is gone, or nothing.
    await client.query(`
      drop schema if exists public, app_private, auth, supabase_migrations cascade;
      create schema public;
      grant usage on schema public to public;`);
  });

async function create(words: string): Promise<void> {
  migrationName(words);
  await withScratch(async (url) => {
    const file = relative(root, await createMigration(supabase, words, url));
    console.log(
      `Created ${file} with the functions that differ from supabase/schemas.\nRead it, write by hand what it asks for, then run: npm run db:migrate && npm run db:types`,
    );
  });
}

async function dump(config: Config, file: string): Promise<void> {
  await withOwner(config, (url) =>
    connected(url, async (client) => {
      const count = await dumpRows(client, file);
      console.log(`Wrote ${count} rows to ${file}. Keep it safe: it contains patient data.`);
    }),
  );
}

async function types(): Promise<void> {
  const outFile = join(root, 'backend', 'src', 'platform', 'database.generated.ts');
  await withScratch(async (url) => {
    await migrate({ url, directory: supabase, authSecret: randomBytes(32).toString('base64url') });
    const codegen = fileURLToPath(import.meta.resolve('kysely-codegen/dist/cli/bin.js'));
    const options = [
      '--dialect',
      'postgres',
      '--url',
      url,
      '--include-pattern',
      'public.*',
      '--out-file',
      outFile,
    ];
    const { status } = spawnSync(process.execPath, [codegen, ...options], { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new StartupError('kysely-codegen failed. Its message is above.');
    await connected(url, async (client) =>
      writeFileSync(
        join(root, RIGHTS_MODULE),
        rightsModule(await readRights(client), await readScopes(client)),
      ),
    );
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof StartupError || error instanceof pg.DatabaseError;
  console.error(known ? error.message : `That didn’t work: ${(error as Error).message}`);
  process.exitCode = 1;
}
