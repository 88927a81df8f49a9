import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseUser } from '../platform/postgres/binaries.ts';
import { freePort } from './postgres.setup.ts';

export interface Pooler {
  port: number;
  pid: number;
  /** The same address, through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

export interface PoolerOptions {
  /** Where PostgreSQL listens. */
  server: { port: number; adminUrl: string };
  mode: 'session' | 'transaction' | 'statement';
  /** Lines of auth_file instead of a look-up of logins in PostgreSQL. */
  logins?: string[];
  settings?: Record<string, string>;
}

/** Whether the program is there. A test that needs it is left out and named; with `CI=true` it must be there. */
export const hasPgbouncer = (): boolean => spawnSync('pgbouncer', ['--version']).status === 0;

/** Our own PgBouncer on a free port, as Debian configures it but for the mode and what was given. */
export async function startPooler({ server, mode, logins, settings = {} }: PoolerOptions): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'voxanne-pooler-'));
  const [port, user] = [await freePort(), chooseUser()];
  const { username, password } = new URL(server.adminUrl);
  const lookUp = logins ? {} : { auth_user: username };
  const options = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'md5',
    auth_file: join(folder, 'userlist.txt'),
    pool_mode: mode,
    admin_users: username,
    ...lookUp,
    ...settings,
  };
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(
    config,
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  writeFileSync(options.auth_file, `${(logins ?? [`"${username}" "${password}"`]).join('\n')}\n`);
  if (user) for (const path of [folder, config, options.auth_file]) chownSync(path, user.uid, user.gid);
  const child = spawn('pgbouncer', [config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: '/',
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  await listening(child);
  return {
    port,
    pid: child.pid ?? 0,
    through(url) {
      const address = new URL(url);
      address.host = `127.0.0.1:${port}`;
      return address.toString();
    },
    async stop() {
      process.off('exit', kill);
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        kill();
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess): Promise<void> {
  let said = '';
  for await (const chunk of child.stderr ?? []) {
    said += chunk;
    if (said.includes('process up')) break;
  }
  if (!said.includes('process up')) throw new Error(`PgBouncer did not start:\n${said}`);
}
