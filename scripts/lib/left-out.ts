import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Tests that this machine cannot run. */
export interface LeftOut {
  /** What is left out, why, and how to get what is missing. */
  sentence: string;
  /** Found in the text of a test file that runs less without it. */
  concerns: RegExp;
}

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const onPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => runnable(join(folder, program)));

/** The browser of the journeys: the chosen one, or the first that is installed. */
export const findChromium = (): string | undefined =>
  [process.env.CHROMIUM_PATH ?? CHROMIUM].flat().find(runnable);

/** Everything that must be left out here, whatever is asked for. */
export function findLeftOut(root: string): LeftOut[] {
  const versions = join(root, 'scripts', 'postgres-versions', 'node_modules');
  const chosen = process.env.CHROMIUM_PATH;
  const found: LeftOut[] = [];
  if (!findChromium()) {
    const where = chosen ? `CHROMIUM_PATH (${chosen}) isn’t a program` : 'Chromium isn’t installed';
    found.push({
      sentence: `Browser journeys are left out: ${where}. Get it: apt-get install -y chromium (or set CHROMIUM_PATH).`,
      concerns: /\bhasBrowser\b/,
    });
  }
  if (!onPath('redis-server')) {
    found.push({
      sentence:
        'Tests with a real Redis are left out: redis-server isn’t installed. Get it: apt-get install -y redis-server.',
      concerns: /\bhasRedis/,
    });
  }
  if (!onPath('pgbouncer')) {
    found.push({
      sentence:
        'Tests behind a pooler are left out: pgbouncer isn’t installed. Get it: apt-get install -y pgbouncer.',
      concerns: /\b(?:hasPgbouncer|waysToPostgres)\b/,
    });
  }
  if (!runnable('/usr/lib/postgresql/15/bin/pg_ctl')) {
    found.push({
      sentence:
        'Tests on PostgreSQL 15 with its JIT are left out: /usr/lib/postgresql/15 isn’t here. Get it: apt-get install -y postgresql-15.',
      concerns: /\b(?:postgresVersions|waysToPostgres)\b/,
    });
  }
  if (
    ![16, 17].every((major) => runnable(join(versions, `postgres-${major}`, 'native', 'bin', 'postgres')))
  ) {
    found.push({
      sentence:
        'Tests on PostgreSQL 16 and 17 are left out: they aren’t installed. Get them (Linux, x64): npm ci --ignore-scripts --prefix scripts/postgres-versions.',
      concerns: /\b(?:postgresVersions|waysToPostgres)\b/,
    });
  }
  return found;
}
