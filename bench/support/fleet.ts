import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createConnections } from '../../backend/src/connections/index.ts';
import { createKeyring } from '../../backend/src/platform/crypto.ts';
import { createDatabase } from '../../backend/src/platform/database.ts';
import { startEmbeddedPostgres } from '../../backend/src/platform/postgres/embedded.ts';
import { migrate } from '../../backend/src/platform/postgres/migrate.ts';
import { mintOrgId } from '../../backend/src/platform/tenant.ts';
import { freePort, roomyMemory } from '../../backend/src/testing/postgres.setup.ts';
import { HIGH_LIMITS, ofThisMachine } from '../../journeys/support/same-machine.ts';
import { within } from '../../journeys/support/wait.ts';

// Each start of a process adds a listener to our own exit.
process.setMaxListeners(0);

const root = fileURLToPath(new URL('../..', import.meta.url));
/** On a machine that is busy with something else, too. */
const MAX_START_MS = 600_000;
const AUTH_SECRET = 'a-secret-of-a-bench-with-forty-characters';
const KEY = createHash('sha256').update('fleet').digest();

export interface Clinic {
  orgId: string;
  /** What its receptionist signs with. */
  secret: string;
}

export interface Cluster {
  owner: pg.Pool;
  ownerUrl: string;
  runtimeUrl: string;
  /** As a crash of the server would; it comes back by itself. */
  crash(): void;
  addClinic(name: string): Promise<Clinic>;
  close(): Promise<void>;
}

/** A private PostgreSQL with the migrations, in memory where there is room. */
export async function startCluster(settings: string[] = []): Promise<Cluster> {
  const dataDir = mkdtempSync(join(roomyMemory() ?? tmpdir(), 'voxanne-bench-'));
  const crash = () => {
    const pid = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
  };
  // A benchmark that fails, or is stopped, leaves no server behind.
  process.once('exit', () => {
    if (!existsSync(join(dataDir, 'postgres', 'postmaster.pid'))) return;
    crash();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  });
  process.once('SIGTERM', () => process.exit(143));
  const server = await startEmbeddedPostgres({
    dataDir,
    port: await freePort(),
    settings: ['max_connections=200', ...settings],
  });
  const { runtimeUrl } = await migrate({
    url: server.ownerUrl,
    directory: join(root, 'supabase'),
    authSecret: AUTH_SECRET,
  });
  const owner = new pg.Pool({ connectionString: server.ownerUrl, max: 4 });
  owner.on('error', () => undefined);
  return {
    owner,
    ownerUrl: server.ownerUrl,
    runtimeUrl,
    crash,
    async addClinic(name) {
      const { rows } = await owner.query<{ org_id: string }>(
        `insert into auth.users (email, name, raw_user_meta_data) values ($1, 'Owner', $2) returning org_id`,
        [`${name}@example.com`, JSON.stringify({ organization_name: name, time_zone: 'UTC' })],
      );
      const orgId = rows[0]?.org_id ?? '';
      const secret = `bench-secret-of-${name}-${orgId}`;
      const database = createDatabase({ url: runtimeUrl });
      const connections = createConnections({ database, keyring: createKeyring([{ id: 'k1', key: KEY }]) });
      await connections.save(mintOrgId(orgId), 'vapi', { status: 'connected', secret, lookup: secret });
      await database.close();
      // Nothing here has a Vapi to set up a receptionist at.
      await owner.query('delete from public.outbox where org_id = $1', [orgId]);
      return { orgId, secret };
    },
    async close() {
      await owner.end();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export interface Member {
  readonly role: 'web' | 'worker';
  readonly url: string;
  readonly pid: number;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
  start(): Promise<void>;
  output(): string;
}

/** One process of the product, as a deployment starts it. Nothing outside can be reached from it. */
export async function addMember(
  role: Member['role'],
  cluster: Cluster,
  env: Record<string, string> = {},
): Promise<Member> {
  const port = await freePort();
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'voxanne-member-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  let child: ChildProcess | undefined;
  let output = '';
  const start = async () => {
    const next = spawn(process.execPath, ['--max-semi-space-size=4', 'backend/src/main.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...ofThisMachine(),
        ...HIGH_LIMITS,
        VOXANNE_ROLE: role,
        VOXANNE_MODE: 'live',
        SIGN_UP: 'open',
        VOXANNE_DATA_DIR: dataDir,
        LOG_LEVEL: 'warn',
        PORT: String(port),
        PUBLIC_URL: `http://localhost:${port}`,
        DATABASE_URL: cluster.ownerUrl,
        AUTH_SECRET,
        ENCRYPTION_KEYS: `k1:${KEY.toString('base64')}`,
        OPERATOR_TOKEN: 'an-operator-token-of-a-bench',
        GOOGLE_CLIENT_ID: 'none',
        GOOGLE_CLIENT_SECRET: 'none',
        GOOGLE_API_ROOT_URL: nowhere,
        GOOGLE_OAUTH_TOKEN_URL: nowhere,
        TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
        TWILIO_AUTH_TOKEN: 'none',
        TWILIO_FROM_NUMBER: '+14155550100',
        TWILIO_API_BASE_URL: nowhere,
        VAPI_API_KEY: 'none',
        VAPI_API_BASE_URL: nowhere,
        ...env,
      },
    });
    child = next;
    process.once('exit', () => next.kill('SIGKILL'));
    const ready = Promise.withResolvers<void>();
    for (const stream of [next.stdout, next.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        output = (output + chunk).slice(-20_000);
        if (output.includes('is ready')) ready.resolve();
      });
    }
    next.once('exit', (code) =>
      ready.reject(new Error(`A ${role} ended with ${code}:\n${output.slice(-2_000)}`)),
    );
    await within(`The start of a ${role}`, MAX_START_MS, ready.promise);
    output = '';
  };
  await start();
  return {
    role,
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return child?.pid ?? 0;
    },
    async kill(signal = 'SIGKILL') {
      const ending = child;
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null;
      const ended = once(ending, 'exit') as Promise<[number | null]>;
      ending.kill(signal);
      return (await ended)[0];
    },
    // A start can meet a database that has just crashed.
    async start() {
      for (let tries = 1; ; tries += 1) {
        try {
          return await start();
        } catch (error) {
          if (tries === 20) throw error;
          await sleep(300);
        }
      }
    },
    output: () => output,
  };
}

export interface Redis {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  flush(): Promise<void>;
}

/** Our own Redis that can be stopped and started on the same port. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    const next = spawn(
      'redis-server',
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--maxmemory-policy',
        'noeviction',
      ],
      // Its clock decides nothing here, and under libfaketime it does not start.
      { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env.PATH } },
    );
    server = next;
    process.once('exit', () => next.kill('SIGKILL'));
    await once(next, 'spawn');
    const ready = async () => {
      for await (const chunk of next.stdout) if (String(chunk).includes('Ready to accept')) return;
      throw new Error('Redis ended before it was ready.');
    };
    await within('The start of Redis', MAX_START_MS, ready());
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async stop() {
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
    async flush() {
      const socket = connect(port, '127.0.0.1', () => socket.end('FLUSHALL\r\n'));
      socket.resume();
      await once(socket, 'close');
    },
  };
}
