import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Binaries, chooseUser, createRunner, locateBinaries } from '../platform/postgres/binaries.ts';
import { freePort, roomyMemory } from './postgres.setup.ts';

export interface PostgresVersion {
  /** As people read it: `PostgreSQL 15 (Debian)`. */
  name: string;
  major: number;
  binaries: Binaries;
}

const FOLDER = fileURLToPath(new URL('../../../scripts/postgres-versions/', import.meta.url));
const PACKAGED = [16, 17];
const DEBIAN = 15;

/** Every PostgreSQL that Voxanne promises to run on and that this machine has; `npm test` names the others. 15 is Debian's, with its JIT. */
export async function postgresVersions(): Promise<PostgresVersion[]> {
  const found: PostgresVersion[] = [];
  const debian = binariesIn(`/usr/lib/postgresql/${DEBIAN}/bin`);
  if (debian) found.push({ name: `PostgreSQL ${DEBIAN} (Debian)`, major: DEBIAN, binaries: debian });
  for (const major of PACKAGED) {
    const native = join(FOLDER, 'node_modules', `postgres-${major}`, 'native');
    restoreLinks(dirname(native));
    const binaries = binariesIn(join(native, 'bin'));
    if (binaries) found.push({ name: `PostgreSQL ${major}`, major, binaries });
  }
  return [...found, { name: 'PostgreSQL 18 (built in)', major: 18, binaries: await locateBinaries() }];
}

function binariesIn(folder: string): Binaries | undefined {
  const [initdb, pg_ctl] = [join(folder, 'initdb'), join(folder, 'pg_ctl')];
  return existsSync(initdb) && existsSync(pg_ctl) ? { initdb, pg_ctl } : undefined;
}

/** A package holds no links; its own install script makes them, and install scripts of strangers are not run. */
function restoreLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    try {
      symlinkSync(source.slice(dirname(target).length + 1), join(folder, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

interface Link {
  source: string;
  target: string;
}

export interface PrivateServer {
  /** Its superuser's, for the database `postgres`. */
  adminUrl: string;
  port: number;
  /** The postmaster; every other process of the server is its child. */
  pid: number;
  /** Also a folder for whatever belongs to it. */
  dataDir: string;
  stop(): Promise<void>;
}

const PASSWORD = 'only-here';

/** A server of that version, in memory where there is room, with the settings it comes with but for those given. */
export async function startServer(
  { binaries }: Pick<PostgresVersion, 'binaries'>,
  settings: string[] = [],
): Promise<PrivateServer> {
  const dataDir = mkdtempSync(join(roomyMemory() ?? tmpdir(), 'voxanne-version-'));
  const cluster = join(dataDir, 'postgres');
  mkdirSync(cluster);
  const passwordFile = join(dataDir, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  const user = chooseUser();
  if (user) for (const path of [dataDir, cluster, passwordFile]) chownSync(path, user.uid, user.gid);
  const run = createRunner(user, [binaries.pg_ctl, dataDir]);
  const port = await freePort();
  const remove = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  const must = async (program: string, args: string[]) => {
    const { code, output } = await run(program, args);
    if (code === 0) return;
    remove();
    throw new Error(`${program} failed: ${output}`);
  };
  await must(binaries.initdb, [
    ...['-D', cluster, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...['-E', 'UTF8', '--locale=C', '--no-sync'],
  ]);
  const options = [`port=${port}`, 'listen_addresses=127.0.0.1', "unix_socket_directories=''", ...settings];
  await must(binaries.pg_ctl, [
    ...['start', '-D', cluster, '-l', join(cluster, 'server.log'), '-w', '-t', '30'],
    ...['-o', options.map((option) => `-c ${option}`).join(' ')],
  ]);
  const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const crash = () => {
    if (!existsSync(join(cluster, 'postmaster.pid'))) return;
    process.kill(pid, 'SIGQUIT');
    remove();
  };
  process.once('exit', crash);
  return {
    adminUrl: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
    port,
    pid,
    dataDir,
    async stop() {
      await run(binaries.pg_ctl, ['stop', '-D', cluster, '-m', 'immediate', '-w', '-t', '20']);
      process.off('exit', crash);
      remove();
    },
  };
}
