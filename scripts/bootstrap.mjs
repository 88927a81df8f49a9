// Runs before anything is installed, on whatever Node >= 20 the machine has: plain JavaScript, node: imports only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';
const say = (line) => process.stderr.write(`${line}\n`);
const fail = (line) => {
  say(line);
  process.exit(1);
};

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) {
  fail(
    `Voxanne needs Node 20 or later to install itself; this is ${process.version}. Install a newer Node, then run the same command again.`,
  );
}

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};

const readStamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');

function run(command, args, what) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: windows });
  if (result.error) fail(`${what} didn’t start: ${result.error.message}`);
  if (result.status !== 0) {
    fail(
      `${what} failed (exit ${result.status ?? result.signal}). The lines above say why. Fix that, then run the same command again.`,
    );
  }
}

const viteOf = (folder) => join(folder, 'node_modules', 'vite', 'bin', 'vite.js');

function installPackages() {
  const stampFile = join(root, 'node_modules', '.voxanne-lock');
  const wanted = sha256(readFileSync(join(root, 'package-lock.json')));
  const complete = () => existsSync(viteOf(root));
  if (readStamp(stampFile) === wanted && complete()) return;
  say('Installing packages (once, about half a minute)...');
  // NODE_ENV=production, usual on servers, would leave out what the dashboard is built with.
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  run(windows ? 'npm.cmd' : 'npm', ['ci', ...options], 'npm ci');
  if (!complete()) {
    fail(
      'npm ci left out the development packages, which are needed to build the dashboard. Look for an `omit` in `npm config ls`, then run the same command again.',
    );
  }
  writeFileSync(stampFile, `${wanted}\n`);
}

/** @returns {string} the Node that npm scripts run on: the one from the lock file where there is one. */
function requireNode24() {
  const local = join(root, 'node_modules', '.bin', windows ? 'node.cmd' : 'node');
  const candidate = existsSync(local) ? local : process.execPath;
  const probe = spawnSync(candidate, ['--version'], { encoding: 'utf8', shell: windows });
  const version = (probe.stdout ?? '').trim();
  if (!/^v(2[4-9]|[3-9]\d)\./.test(version)) {
    fail(
      `Voxanne runs on Node 24. npm installs it on Linux and Windows (x64), but here we found ${version || 'none'}. Install Node 24 (nodejs.org), or delete node_modules if optional packages were left out, then run the same command again.`,
    );
  }
  return candidate;
}

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}

/** The dashboard is the one part with a build; its stamp is the content of everything that goes into it. */
function buildDashboard(node) {
  const sources = [join(root, 'dashboard'), join(root, 'packages', 'contract')];
  if (!existsSync(join(root, 'dashboard', 'index.html'))) return;
  const parts = [readFileSync(join(root, 'package-lock.json'))];
  for (const folder of sources) {
    for (const file of filesUnder(folder)) parts.push(file.slice(root.length), readFileSync(file));
  }
  const dist = join(root, 'dashboard', 'dist');
  const stampFile = join(dist, '.stamp');
  const wanted = sha256(...parts);
  if (readStamp(stampFile) === wanted && statSync(dist).isDirectory()) return;
  say('Building the dashboard (once, a few seconds)...');
  run(node, [viteOf(root), 'build', 'dashboard', '--logLevel', 'error'], 'The dashboard build');
  mkdirSync(dist, { recursive: true });
  writeFileSync(stampFile, `${wanted}\n`);
}

installPackages();
const node = requireNode24();
if (process.argv.includes('--dashboard')) buildDashboard(node);
