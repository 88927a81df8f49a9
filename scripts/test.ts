/** What `npm test` runs: every test, and in words what this machine cannot run. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ended } from './lib/run.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const versions = join(root, 'scripts', 'postgres-versions', 'node_modules');
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

const chosen = process.env.CHROMIUM_PATH;
const chromium = [chosen ?? CHROMIUM].flat().find(runnable);
const hasRedis = onPath('redis-server');

const leftOut: string[] = [];
if (!chromium) {
  const where = chosen ? `CHROMIUM_PATH (${chosen}) is not a program` : 'there is no Chromium here';
  leftOut.push(
    `The journeys in a browser are left out: ${where}. Get it: apt-get install -y chromium (or set CHROMIUM_PATH).`,
  );
}
if (!hasRedis) {
  leftOut.push(
    'The tests on a real Redis are left out: there is no redis-server here. Get it: apt-get install -y redis-server.',
  );
}
if (!onPath('pgbouncer')) {
  leftOut.push(
    'The tests behind a pooler are left out: there is no pgbouncer here. Get it: apt-get install -y pgbouncer.',
  );
}
if (!runnable('/usr/lib/postgresql/15/bin/pg_ctl')) {
  leftOut.push(
    'The tests on PostgreSQL 15 with its JIT are left out: there is no /usr/lib/postgresql/15 here. Get it: apt-get install -y postgresql-15.',
  );
}
if (![16, 17].every((major) => runnable(join(versions, `postgres-${major}`, 'native', 'bin', 'postgres')))) {
  leftOut.push(
    'The tests on PostgreSQL 16 and 17 are left out: they are not installed. Get them (Linux, x64): npm ci --ignore-scripts --prefix scripts/postgres-versions.',
  );
}
const sayLeftOut = () => {
  for (const sentence of leftOut) console.error(sentence);
};

sayLeftOut();
const env = { ...process.env, ...(chromium ? { CHROMIUM_PATH: chromium } : { VOXANNE_NO_BROWSER: '1' }) };
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: root,
  env,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));

const code = await ended(child);
sayLeftOut();
const complete = leftOut.length === 0 || process.env.CI !== 'true';
if (!complete) console.error('With CI=true a test that is left out is a failure.');
process.exitCode = code === 0 && !complete ? 1 : code;
