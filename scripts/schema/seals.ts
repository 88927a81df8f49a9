import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrationFiles } from '../../backend/src/platform/postgres/migrate.ts';

/** What `sha256sum --check` reads too. Only the newest migration may be missing in it: that one is still being written. */
const SEALS = 'SHA256SUMS';

/** Says of each file what is in it from now on. One that was sealed before keeps its seal. */
export function seal(migrations: string, files: string[]): void {
  const sealed = readSeals(migrations);
  const lines = files.map((file) => `${sealed.get(file) ?? checksum(migrations, file)}  ${file}\n`);
  writeFileSync(join(migrations, SEALS), lines.join(''));
}

/** @returns what is wrong with the migrations, one sentence each; nothing when they are append-only. */
export function checkSeals(migrations: string): string[] {
  const sealed = readSeals(migrations);
  const files = migrationFiles(migrations);
  return [
    ...[...sealed.keys()]
      .filter((file) => !files.includes(file))
      .map(
        (file) =>
          `${file} is gone, but databases may have applied it. Restore it, and undo what it does in a new migration.`,
      ),
    ...files.flatMap((file, index) => {
      const seal = sealed.get(file);
      if (seal === undefined && index < files.length - 1) {
        return [
          `${file} is not in ${SEALS} although there’s a newer migration. Create migrations with npm run db:new; it numbers and seals them.`,
        ];
      }
      return seal === undefined || seal === checksum(migrations, file)
        ? []
        : [
            `${file} was changed, but databases may have applied it. Restore it, and put the change in a new migration: npm run db:new -- <name>.`,
          ];
    }),
  ];
}

const checksum = (migrations: string, file: string): string =>
  createHash('sha256')
    .update(readFileSync(join(migrations, file)))
    .digest('hex');

function readSeals(migrations: string): Map<string, string> {
  const path = join(migrations, SEALS);
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

if (import.meta.main) {
  const migrations = fileURLToPath(new URL('../../supabase/migrations', import.meta.url));
  const faults = checkSeals(migrations);
  for (const fault of faults) console.log(`supabase/migrations: ${fault}`);
  console.log(`migrations: ${migrationFiles(migrations).length} files, ${faults.length} findings`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
