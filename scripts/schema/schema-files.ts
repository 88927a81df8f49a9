import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../backend/src/platform/postgres/migrate.ts';

const SCHEMA_FILE = /^\d{2}_[a-z0-9_]+\.sql$/;

/** Names of the schema files, in the order in which they are applied. */
export const schemaFiles = (supabase: string): string[] =>
  readdirSync(join(supabase, 'schemas'))
    .filter((name) => SCHEMA_FILE.test(name))
    .sort();

/** The whole schema as one text, each file under its name. */
export const joinSchemas = (supabase: string): string =>
  schemaFiles(supabase)
    .map((name) => `-- ${name}\n\n${readFileSync(join(supabase, 'schemas', name), 'utf8').trim()}\n`)
    .join('\n');

/** Makes the database at `url` from the migrations. The login of the processes, which is the server's, stays as it is. */
export async function applyMigrations(url: string, directory: string): Promise<void> {
  await migrate({ url, directory, authSecret: '', runtimeUrl: url });
}

/** As {@link applyMigrations}, from the schema files instead. */
export async function applySchemas(url: string, supabase: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'voxanne-schemas-'));
  try {
    cpSync(join(supabase, 'local'), join(directory, 'local'), { recursive: true });
    mkdirSync(join(directory, 'migrations'));
    writeFileSync(join(directory, 'migrations', '00000000000000_schemas.sql'), joinSchemas(supabase));
    await applyMigrations(url, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
