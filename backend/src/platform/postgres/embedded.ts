import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartupError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { describePortOwner } from '../ports.ts';
import { chooseUser, createRunner, locateBinaries, type RunAs, type RunProgram } from './binaries.ts';

export interface EmbeddedPostgres {
  /** Connects as the owner. */
  ownerUrl: string;
  /** True when the server of a killed run was found alive and taken over. */
  adopted: boolean;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  dataDir: string;
  port: number;
  /** Further server settings, such as fsync=off for tests. */
  settings?: string[];
  log?: Pick<Logger, 'warn' | 'error'>;
}

const DATABASE = 'voxanne';
const OWNER = 'voxanne';
const ADVISORY_KEY = 'voxanne:owner-of-the-embedded-server';
const ADOPTION_TIMEOUT_MS = 5_000;

/**
 * Starts the PostgreSQL under `<dataDir>/postgres`, making it the first time, or takes over the one that a
 * killed run left alive.
 * @throws {StartupError} saying what is in the way and the command that fixes it.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const cluster = join(options.dataDir, 'postgres');
  const binaries = await locateBinaries();
  mkdirSync(options.dataDir, { recursive: true });
  const user = chooseUser();
  const run = createRunner(user, [binaries.pg_ctl, options.dataDir]);
  const password = keptPassword(options.dataDir);
  if (!existsSync(cluster)) await initialize(binaries.initdb, cluster, password, user, run);
  checkCluster(cluster, user);

  const url = (port: number, database: string) =>
    `postgres://${OWNER}:${password}@127.0.0.1:${port}/${database}`;
  let port = options.port;
  const running = await findRunning(cluster, (at) => url(at, 'postgres'));
  if (running) {
    port = running.port;
  } else {
    await start(binaries.pg_ctl, cluster, options, run);
  }
  const ownership = await own(url(port, 'postgres'), cluster);
  await createDatabase(ownership);
  const watch = keepOwning(ownership, {
    own: () => own(url(port, 'postgres'), cluster),
    revive: async () => {
      if (await findRunning(cluster, (at) => url(at, 'postgres'))) return;
      await start(binaries.pg_ctl, cluster, { ...options, port }, run);
    },
    log: options.log,
  });
  return {
    ownerUrl: url(port, DATABASE),
    adopted: running !== undefined,
    async stop() {
      if (!(await watch.release())) return;
      await run(binaries.pg_ctl, ['stop', '-D', cluster, '-m', 'fast', '-w', '-t', '20']);
    },
  };
}

const RECONNECT_MS = 1_000;

/**
 * A restarted server has forgotten whose it is: the lock is taken again as soon as it answers, and a server that
 * died is started again. The process that took the lock in between owns the server from then on.
 */
function keepOwning(
  first: pg.Client,
  options: {
    own: () => Promise<pg.Client>;
    revive: () => Promise<void>;
    log: EmbeddedOptions['log'];
  },
): { release(): Promise<boolean> } {
  const { log } = options;
  const released = new AbortController();
  const pause = () => sleep(RECONNECT_MS, undefined, { signal: released.signal }).catch(() => undefined);
  let held: pg.Client | undefined;
  let lost = false;
  let retaking: Promise<void> = Promise.resolve();

  const hold = (client: pg.Client): void => {
    held = client;
    client.once('end', () => {
      held = undefined;
      if (!released.signal.aborted) retaking = retake();
    });
  };
  const retake = async (): Promise<void> => {
    log?.warn('[Database] Lost the connection that marks the built-in database as ours; reconnecting');
    while (!released.signal.aborted && !lost) {
      try {
        hold(await options.own());
        return;
      } catch (error) {
        if (error instanceof StartupError) {
          lost = true;
          log?.error(
            '[Database] Another Voxanne has taken over the built-in database; it will not be stopped when this one ends',
          );
          return;
        }
      }
      await pause();
      if (released.signal.aborted) return;
      // It answers no one: starting up again, restarted by hand, or dead.
      await options
        .revive()
        .catch((err: unknown) => log?.error({ err }, '[Database] The built-in database does not start'));
    }
  };
  hold(first);
  return {
    /** @returns whether the server is ours to stop. */
    async release() {
      released.abort();
      await retaking;
      if (!held && !lost) {
        // It may have found another owner, or be gone.
        held = await options.own().catch((error: unknown) => {
          lost = error instanceof StartupError;
          return undefined;
        });
      }
      await held?.end().catch(() => undefined);
      return !lost;
    },
  };
}

function keptPassword(dataDir: string): string {
  const file = join(dataDir, 'postgres-password');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const password = randomBytes(24).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

async function initialize(
  initdb: string,
  cluster: string,
  password: string,
  user: RunAs | undefined,
  run: RunProgram,
) {
  // Made beside its place and renamed into it: a start that is cut off leaves no half-made database behind.
  const workshop = `${cluster}.tmp`;
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop, { mode: 0o700 });
  const passwordFile = `${cluster}.pw`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) for (const path of [workshop, passwordFile]) chownSync(path, user.uid, user.gid);
  try {
    const made = await run(initdb, [
      ...['-D', workshop, '-U', OWNER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-sync'],
    ]);
    if (made.code !== 0) {
      throw new StartupError(
        `The database couldn’t be created in ${dirname(cluster)}: ${lastLine(made.output)}\nCheck the free space and permissions there, or choose another place with VOXANNE_DATA_DIR.`,
      );
    }
    renameSync(workshop, cluster);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function checkCluster(cluster: string, user: RunAs | undefined): void {
  const setAside = `mv '${cluster}' '${cluster}.broken'`;
  if (!existsSync(join(cluster, 'PG_VERSION')) || !existsSync(join(cluster, 'postgresql.conf'))) {
    throw new StartupError(
      `${cluster} exists, but isn’t a complete PostgreSQL database (PG_VERSION or postgresql.conf is missing).\nRestore your backup there, or set it aside and start with an empty one: ${setAside}`,
    );
  }
  const owner = statSync(cluster).uid;
  const wanted = user?.uid ?? process.getuid?.();
  if (wanted !== undefined && owner !== wanted) {
    throw new StartupError(
      `${cluster} belongs to user id ${owner}, but the database would run as user id ${wanted}, and PostgreSQL only uses its own files.\nChange the owner: sudo chown -R ${wanted} '${cluster}'`,
    );
  }
}

/** The server that already works on this directory: it counts only when it answers and says so itself. */
async function findRunning(
  cluster: string,
  url: (port: number) => string,
): Promise<{ port: number } | undefined> {
  const pidFile = join(cluster, 'postmaster.pid');
  const giveUpAt = Date.now() + ADOPTION_TIMEOUT_MS;
  while (existsSync(pidFile)) {
    const lines = readFileSync(pidFile, 'utf8').split('\n');
    const pid = Number(lines[0]);
    const port = Number(lines[3]);
    if (port > 0 && (await servesCluster(url(port), cluster))) return { port };
    if (!isPostgres(pid)) {
      // A dead pid's number can be anyone's by now, and PostgreSQL would refuse to start beside it.
      rmSync(pidFile, { force: true });
      return undefined;
    }
    if (Date.now() > giveUpAt) {
      throw new StartupError(
        `A PostgreSQL (process ${pid}) is using ${cluster} but isn’t responding on port ${port}.\nStop it (kill ${pid}), wait a moment and start again.`,
      );
    }
    await sleep(100);
  }
  return undefined;
}

async function servesCluster(url: string, cluster: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>(`select current_setting('data_directory') as dir`);
    return realpathSync(rows[0]?.dir ?? '/') === realpathSync(cluster);
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isPostgres(pid: number): boolean {
  try {
    if (process.platform !== 'linux') {
      process.kill(pid, 0);
      return true;
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.includes('(postgres)') && !/\) [ZX] /.test(stat);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function start(
  pgCtl: string,
  cluster: string,
  options: EmbeddedOptions,
  run: RunProgram,
): Promise<void> {
  const log = join(cluster, 'server.log');
  const settings = ['listen_addresses=127.0.0.1', "unix_socket_directories=''", ...(options.settings ?? [])];
  const serverOptions = `-p ${options.port} ${settings.map((setting) => `-c ${setting}`).join(' ')}`;
  // pg_ctl gives the server its own session: the signal that drains us must not stop it first.
  const { code } = await run(pgCtl, [
    'start',
    '-D',
    cluster,
    '-l',
    log,
    '-w',
    '-t',
    '30',
    '-o',
    serverOptions,
  ]);
  if (code === 0) return;
  const tail = existsSync(log)
    ? readFileSync(log, 'utf8').trim().split('\n').slice(-6).join('\n')
    : '(no log)';
  if (/could not bind|Address already in use/.test(tail)) {
    throw new StartupError(
      `Port ${options.port}, where the built-in database listens, is taken by ${await describePortOwner(options.port)}.\nStop it, or choose another port with DATABASE_PORT.`,
    );
  }
  throw new StartupError(`The built-in database did not start. The end of ${log} says:\n${tail}`);
}

/**
 * Holds a lock on the server for as long as we live, so that "left behind by a killed run" and "in use by
 * another Voxanne" can be told apart.
 */
async function own(url: string, cluster: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'voxanne owner' });
  client.on('error', () => undefined);
  await client.connect();
  // The server notices a killed owner's closed socket within moments, not at once.
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { rows } = await client.query<{ mine: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as mine',
      [ADVISORY_KEY],
    );
    if (rows[0]?.mine) return client;
    await sleep(100);
  }
  await client.end();
  throw new StartupError(
    `Another Voxanne is running on ${dirname(cluster)}.\nUse that one, stop it first, or give this one its own VOXANNE_DATA_DIR, PORT, SANDBOX_PORT and DATABASE_PORT.\nTo run several processes on one database (VOXANNE_ROLE), give each the same DATABASE_URL.`,
  );
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
  if (!rowCount) await client.query(`create database ${DATABASE}`);
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? '(no reason given)';
