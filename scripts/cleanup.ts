/** The daily clean-up by hand: `npm run cleanup`; `-- --dry-run` counts what would go; `-- --json` for programs. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { cleanUp, previewCleanup } from '../backend/src/deliveries/index.ts';
import { systemClock } from '../backend/src/platform/clock.ts';
import { type Config, loadConfig } from '../backend/src/platform/config.ts';
import { createDatabase, type Database, sqlState } from '../backend/src/platform/database.ts';
import { StartupError } from '../backend/src/platform/errors.ts';
import { silentLogger } from '../backend/src/platform/logger.ts';
import { addressesOf, runtimeUrlOf } from '../backend/src/platform/postgres/addresses.ts';
import { startEmbeddedPostgres } from '../backend/src/platform/postgres/embedded.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const USAGE = `Usage:
  npm run cleanup                removes now what is older than it may get, as the workers do at 04:00 UTC
  npm run cleanup -- --dry-run   counts what that would be, table by table, and removes nothing
  npm run cleanup -- --json      one JSON document instead of a table`;

// Counting millions of rows takes a while.
const QUERY_TIMEOUT_MS = 600_000;

function readArguments(args: string[]): { dryRun: boolean; json: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } },
    });
    return { dryRun: values['dry-run'] ?? false, json: values.json ?? false };
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** Works on the database that is given, on the built-in one that runs, or on that one for as long as it takes. */
async function withDatabase(config: Config, work: (database: Database) => Promise<void>): Promise<void> {
  const at = async (url: string) => {
    const database = createDatabase({
      url:
        addressesOf(config.database, config.auth.secret)?.runtime.url ??
        runtimeUrlOf(url, config.auth.secret),
      maxConnections: 2,
      queryTimeoutMs: QUERY_TIMEOUT_MS,
      applicationName: 'voxanne cleanup',
    });
    await work(database).finally(() => database.close());
  };
  const { dataDir, database } = config;
  const given = database.migrationUrl ?? database.url ?? (await runningUrl(dataDir));
  if (given) return at(given);
  if (!existsSync(join(dataDir, 'postgres'))) {
    throw new StartupError(
      `There’s no database in ${dataDir} yet, so there’s nothing to clean up.\nSet DATABASE_URL if yours is elsewhere, or start Voxanne first: npm start`,
    );
  }
  const server = await startEmbeddedPostgres({ dataDir, port: database.embeddedPort });
  const leave = () => void server.stop().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  await at(server.ownerUrl).finally(() => server.stop());
}

/** The built-in database of a Voxanne that runs: PostgreSQL notes its port beside its data. */
async function runningUrl(dataDir: string): Promise<string | undefined> {
  const [pidFile, passwordFile] = [
    join(dataDir, 'postgres', 'postmaster.pid'),
    join(dataDir, 'postgres-password'),
  ];
  if (!existsSync(pidFile) || !existsSync(passwordFile)) return undefined;
  const port = Number(readFileSync(pidFile, 'utf8').split('\n')[3]);
  if (!(port > 0)) return undefined;
  const password = readFileSync(passwordFile, 'utf8').trim();
  const url = `postgres://voxanne:${password}@127.0.0.1:${port}/voxanne`;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return url;
  } catch {
    // Left behind by a killed one: starting the server fixes it.
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function say(title: string, counts: Record<string, number>): void {
  console.log(title);
  for (const [name, count] of Object.entries(counts)) {
    console.log(`  ${name.padEnd(36)} ${count.toLocaleString('en').padStart(12)}`);
  }
}

async function dryRun(database: Database, json: boolean): Promise<void> {
  const wouldRemove = await previewCleanup({ database, clock: systemClock });
  if (json) console.log(JSON.stringify({ dryRun: true, wouldRemove }, null, 2));
  else say('Would be removed (nothing was):', wouldRemove);
}

async function run(database: Database, json: boolean): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.prependOnceListener(signal, () => stop.abort());
  const report = await cleanUp(
    { database, clock: systemClock, log: silentLogger, signal: stop.signal },
    { evenIfDone: true },
  );
  if (!report) {
    throw new StartupError(
      'A worker is already cleaning up, so there’s nothing to do here.\nTo see what it did: select last_result from app_private.scheduled_jobs',
    );
  }
  const failed = Object.entries(report.failed);
  if (json) console.log(JSON.stringify({ dryRun: false, ...report }, null, 2));
  else say(report.cutOff ? 'Removed before it was stopped:' : 'Removed:', report.removed);
  for (const [name, reason] of failed) console.error(`${name} couldn’t be cleaned up: ${reason}`);
  if (failed.length > 0 || report.cutOff) process.exitCode = 1;
}

try {
  const options = readArguments(process.argv.slice(2));
  await withDatabase(loadConfig(process.env, root), (database) =>
    (options.dryRun ? dryRun : run)(database, options.json),
  );
} catch (error) {
  const known = error instanceof StartupError || error instanceof pg.DatabaseError;
  console.error(known ? error.message : `That didn’t work: ${(error as Error).message}`);
  if (sqlState(error) === '42P01') console.error('The database is older than this code: npm run db:migrate');
  process.exitCode = 1;
}
