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
    const where = chosen ? `CHROMIUM_PATH (${chosen}) is not a program` : 'there is no Chromium here';
    found.push({
      sentence: `The journeys in a browser are left out: ${where}. Get it: apt-get install -y chromium (or set CHROMIUM_PATH).`,
      concerns: /\bhasBrowser\b/,
    });
  }
  if (!onPath('redis-server')) {
    found.push({
      sentence:
        'The tests on a real Redis are left out: there is no redis-server here. Get it: apt-get install -y redis-server.',
      concerns: /\bhasRedis/,
    });
  }
  if (!onPath('pgbouncer')) {
    found.push({
      sentence:
        'The tests behind a pooler are left out: there is no pgbouncer here. Get it: apt-get install -y pgbouncer.',
      concerns: /\b(?:hasPgbouncer|waysToPostgres)\b/,
    });
  }
  if (!runnable('/usr/lib/postgresql/15/bin/pg_ctl')) {
    found.push({
      sentence:
        'The tests on PostgreSQL 15 with its JIT are left out: there is no /usr/lib/postgresql/15 here. Get it: apt-get install -y postgresql-15.',
      concerns: /\b(?:postgresVersions|waysToPostgres)\b/,
    });
  }
  if (
    ![16, 17].every((major) => runnable(join(versions, `postgres-${major}`, 'native', 'bin', 'postgres')))
  ) {
    found.push({
      sentence:
        'The tests on PostgreSQL 16 and 17 are left out: they are not installed. Get them (Linux, x64): npm ci --ignore-scripts --prefix scripts/postgres-versions.',
      concerns: /\b(?:postgresVersions|waysToPostgres)\b/,
    });
  }
  return found;
}
