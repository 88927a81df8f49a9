import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPgbouncer, type Pooler, startPooler } from '../../backend/src/testing/pooler.ts';
import { freePort } from '../../backend/src/testing/postgres.setup.ts';
import {
  type PostgresVersion,
  type PrivateServer,
  postgresVersions,
  startServer,
} from '../../backend/src/testing/postgres-versions.ts';
import { descendantsOf } from '../../journeys/support/processes.ts';
import { HIGH_LIMITS, ofThisMachine } from '../../journeys/support/same-machine.ts';
import { within } from '../../journeys/support/wait.ts';

/** On a machine that is busy with something else, too. */
const MAX_START_MS = 600_000;

/** A PostgreSQL, and the way the product goes to it. */
export interface Way {
  name: string;
  version: PostgresVersion;
  pooled: boolean;
}

/** Each PostgreSQL that is here, directly, and the oldest and the newest through PgBouncer. */
export async function waysToPostgres(): Promise<Way[]> {
  const found = await postgresVersions();
  const ways = found.map((version) => ({ name: version.name, version, pooled: false }));
  if (!hasPgbouncer()) return ways;
  const ends = [...new Set([found[0], found.at(-1)])].filter((one) => one !== undefined);
  const pooled = ends.map((version) => ({
    name: `${version.name}, PgBouncer in transaction mode`,
    version,
    pooled: true,
  }));
  return [...ways, ...pooled];
}

export interface OpenedWay {
  env: Record<string, string>;
  server: PrivateServer;
  /** CPU seconds that the server and its pooler have used, with all their children. */
  cpuSeconds(): number;
  close(): Promise<void>;
}

/** A fresh server with the settings it comes with, JIT on as Debian has it. */
export async function openWay({ version, pooled }: Way, settings: string[] = []): Promise<OpenedWay> {
  const server = await startServer(version, ['jit=on', ...settings]);
  let pooler: Pooler | undefined;
  try {
    pooler = pooled ? await startPooler({ server, mode: 'transaction' }) : undefined;
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    env: { DATABASE_URL: pooler?.through(server.adminUrl) ?? server.adminUrl },
    server,
    cpuSeconds: () => [server.pid, ...(pooler ? [pooler.pid] : [])].map(cpuOfTree).reduce((a, b) => a + b),
    async close() {
      await pooler?.stop();
      await server.stop();
    },
  };
}

// As Linux counts, and it is the same on every machine that runs Node.
const TICKS_A_SECOND = 100;

/** Of children that have ended, what their parent has collected counts. */
function cpuOfTree(pid: number): number {
  const ticks = [pid, ...descendantsOf(pid)].map((one) => {
    try {
      const stat = readFileSync(`/proc/${one}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    } catch {
      return 0;
    }
  });
  return ticks.reduce((a, b) => a + b) / TICKS_A_SECOND;
}

export interface RunningProduct {
  url: string;
  sandboxUrl: string;
  stop(): Promise<void>;
}

/** The product of a checkout, on that database; it ends with its reason where it does not start. */
export async function startProductOf(root: string, env: Record<string, string>): Promise<RunningProduct> {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const dataDir = mkdtempSync(join(tmpdir(), 'voxanne-way-'));
  const child: ChildProcess = spawn(process.execPath, ['--max-semi-space-size=4', 'backend/src/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...ofThisMachine(),
      ...HIGH_LIMITS,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      VOXANNE_DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ...env,
    },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let output = '';
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-20_000);
      if (output.includes('Voxanne is ready')) ready.resolve();
    });
  }
  const stop = async () => {
    process.off('exit', kill);
    child.kill('SIGTERM');
    await ended.promise;
    rmSync(dataDir, { recursive: true, force: true });
  };
  child.once('close', (code) => {
    ended.resolve();
    ready.reject(new Error(`Voxanne ended with ${code}: ${output.trim().slice(0, 600)}`));
  });
  await within('The start of Voxanne', MAX_START_MS, ready.promise).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url: `http://localhost:${port}`, sandboxUrl: `http://127.0.0.1:${sandboxPort}`, stop };
}
