import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { StartupError } from '../../backend/src/platform/errors.ts';
import { migrationFiles } from '../../backend/src/platform/postgres/migrate.ts';
import { readCatalog, readFunctions } from './catalog.queries.ts';
import { findDifferences } from './differences.ts';
import { writeMigration } from './new-migration.ts';
import { applyMigrations, applySchemas, joinSchemas } from './schema-files.ts';
import { seal } from './seals.ts';

/**
 * Makes the next migration from what the schema files say and the migrations do not yet do.
 * @param serverUrl a scratch server, as a superuser: two databases are made on it
 * @returns the path of the new file
 */
export async function createMigration(supabase: string, words: string, serverUrl: string): Promise<string> {
  const name = migrationName(words);
  const text = await migrationText(supabase, name.replaceAll('_', ' '), serverUrl);
  const migrations = join(supabase, 'migrations');
  const earlier = migrationFiles(migrations);
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  // Numbers sort as they are applied, also beside a file from a clock that runs ahead.
  const newest = earlier.at(-1)?.slice(0, 14) ?? '0';
  const stamp = now > newest ? now : String(Number(newest) + 1);
  const file = join(migrations, `${stamp}_${name}.sql`);
  writeFileSync(file, text, { flag: 'wx' });
  seal(migrations, earlier);
  return file;
}

/** @throws {StartupError} where the words make no name for a file. */
export function migrationName(words: string): string {
  const name = words
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  if (/^[a-z][a-z0-9_]{2,60}$/.test(name)) return name;
  throw new StartupError(
    'Name the migration with a few words: letters, digits and underscores.\nFor example: npm run db:new -- waiting_list',
  );
}

async function migrationText(supabase: string, title: string, serverUrl: string): Promise<string> {
  const [migrations, schemas] = [
    await newDatabase(serverUrl, 'from_migrations'),
    await newDatabase(serverUrl, 'from_schemas'),
  ];
  await applyMigrations(migrations, supabase);
  await applySchemas(schemas, supabase);
  const before = await look(migrations);
  const after = await look(schemas);
  return writeMigration(
    title,
    { before: before.functions, after: after.functions },
    findDifferences(before.catalog, after.catalog),
    joinSchemas(supabase),
  );
}

async function newDatabase(serverUrl: string, prefix: string): Promise<string> {
  const name = `${prefix}_${randomUUID().replaceAll('-', '')}`;
  await connected(serverUrl, (client) => client.query(`create database ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

const look = (url: string) =>
  connected(url, async (client) => ({
    catalog: await readCatalog(client),
    functions: await readFunctions(client),
  }));

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'voxanne db' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
