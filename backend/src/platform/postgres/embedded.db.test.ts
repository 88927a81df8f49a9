import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../testing/postgres.setup.ts';
import { StartupError } from '../errors.ts';
import { chooseUser } from './binaries.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';

const QUICK = ['fsync=off', 'synchronous_commit=off'];

describe('the built-in PostgreSQL', () => {
  let dataDir: string;
  let port: number;
  const running: EmbeddedPostgres[] = [];
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'voxanne-embedded-'));
    port = await freePort();
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = async (at = port) => {
    const server = await startEmbeddedPostgres({ dataDir, port: at, settings: QUICK });
    running.push(server);
    return server;
  };
  const ask = async (url: string, sql: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const pidFile = () => join(dataDir, 'postgres', 'postmaster.pid');
  const serverPid = () => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);

  /** A Voxanne that dies of `kill -9`: its connection breaks, and its PostgreSQL lives on. */
  const leaveOrphan = async (): Promise<string> => {
    const options = JSON.stringify({ dataDir, port, settings: QUICK });
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)});
        console.log((await startEmbeddedPostgres(${options})).ownerUrl);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    return String(line).trim();
  };
  const breakOwnership = (server: EmbeddedPostgres) =>
    ask(
      server.ownerUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'voxanne owner'`,
    );
  const owned = (server: EmbeddedPostgres) =>
    vi.waitFor(async () => {
      const rows = await ask(
        server.ownerUrl,
        `select 1 from pg_locks where locktype = 'advisory' and granted`,
      );
      expect(rows).toHaveLength(1);
    }, 180_000);

  test('is made on the first start, keeps what is in it, and is gone after its end', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    await ask(first.ownerUrl, 'create table kept as select 42 as answer');
    await running.pop()?.stop();
    await expect(ask(first.ownerUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second.ownerUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('listens on this machine only, and asks for a password', async () => {
    const { ownerUrl } = await start();
    expect(await ask(ownerUrl, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const without = new URL(ownerUrl);
    without.password = 'wrong';
    await expect(ask(without.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('that a killed run left alive is taken over, on whatever port it is', async () => {
    const orphanUrl = await leaveOrphan();
    const pid = serverPid();

    const heir = await start(await freePort());
    expect(heir.adopted).toBe(true);
    expect(heir.ownerUrl).toBe(orphanUrl);
    expect(serverPid()).toBe(pid);
  });

  test('the server of a running Voxanne is left alone, and the second one says what to do', async () => {
    const owner = await start();
    const second = startEmbeddedPostgres({ dataDir, port: await freePort(), settings: QUICK });
    await expect(second).rejects.toBeInstanceOf(StartupError);
    await expect(second).rejects.toThrow(/^Another Voxanne is running on .*\n.*VOXANNE_DATA_DIR/);
    expect(await ask(owner.ownerUrl, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  });

  test('that lost its mark is marked again, and no second Voxanne takes it', async () => {
    const owner = await start();
    await breakOwnership(owner);
    await owned(owner);
    await expect(startEmbeddedPostgres({ dataDir, port: await freePort(), settings: QUICK })).rejects.toThrow(
      'Another Voxanne is running',
    );
  });

  test('that died is started again on its port', async () => {
    const owner = await start();
    process.kill(serverPid(), 'SIGKILL');
    await owned(owner);
    expect(await ask(owner.ownerUrl, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  }, 180_000);

  test('that another Voxanne took in the meantime is not stopped by the first', async () => {
    const errors: unknown[] = [];
    const log = { warn: () => undefined, error: (...args: unknown[]) => void errors.push(args) };
    const first = await startEmbeddedPostgres({ dataDir, port, settings: QUICK, log });
    const thief = new pg.Client({ connectionString: first.ownerUrl.replace(/voxanne$/, 'postgres') });
    await thief.connect();
    try {
      const taken = thief.query(
        `select pg_advisory_lock(hashtextextended('voxanne:owner-of-the-embedded-server', 0))`,
      );
      // It must be waiting before the lock is free, or the first one takes it back.
      const inLine = `select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted`;
      await vi.waitFor(async () => expect(await ask(first.ownerUrl, inLine)).toEqual([{ n: 1 }]), 10_000);
      await breakOwnership(first);
      await taken;
      await vi.waitFor(() => expect(errors).toHaveLength(1), 10_000);
      await first.stop();
      expect((await thief.query('select 1 as alive')).rows).toEqual([{ alive: 1 }]);
    } finally {
      await thief.end();
      await start();
    }
  }, 180_000);

  test('the server starts again after a power failure, even if its pid file names someone else’s process', async () => {
    const server = await start();
    await running.pop()?.stop();
    writeFileSync(pidFile(), `${process.pid}\n${dataDir}/postgres\n0\n${port}\n\n127.0.0.1\n\nready\n`);
    const again = await start();
    expect(again.adopted).toBe(false);
    expect(await ask(server.ownerUrl, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  });

  test('does not begin again where an unfinished first start left its workshop', async () => {
    mkdirSync(join(dataDir, 'postgres.tmp'));
    writeFileSync(join(dataDir, 'postgres.tmp', 'half'), 'made');
    const { ownerUrl } = await start();
    expect(await ask(ownerUrl, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  });

  test('is not made in a directory that holds something else: that is said, with the command that sets it aside', async () => {
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'diary.txt'), 'mine');
    const attempt = start();
    await expect(attempt).rejects.toBeInstanceOf(StartupError);
    await expect(attempt).rejects.toThrow(
      /isn’t a complete PostgreSQL database.*\n.*mv '.*postgres' '.*postgres\.broken'/,
    );
    expect(readFileSync(join(dataDir, 'postgres', 'diary.txt'), 'utf8')).toBe('mine');
  });

  test('with the files of another user says whose they must be', async (context) => {
    const user = chooseUser();
    if (!user) return context.skip('Only root can give files away.');
    await start();
    await running.pop()?.stop();
    chownSync(join(dataDir, 'postgres'), user.uid + 1, user.gid);
    await expect(start()).rejects.toThrow(`sudo chown -R ${user.uid} '${join(dataDir, 'postgres')}'`);
  });

  test('with a damaged configuration shows what the server itself said', async () => {
    await start();
    await running.pop()?.stop();
    writeFileSync(join(dataDir, 'postgres', 'postgresql.conf'), 'nonsense = on\n');
    const attempt = start();
    await expect(attempt).rejects.toBeInstanceOf(StartupError);
    await expect(attempt).rejects.toThrow(/did not start.*server\.log says:[\s\S]*nonsense/);
  });

  test('finding its port taken says by whom, and how to choose another', async () => {
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    try {
      const attempt = start();
      await expect(attempt).rejects.toBeInstanceOf(StartupError);
      await expect(attempt).rejects.toThrow(
        new RegExp(`^Port ${port}, where the built-in database listens, is taken by .*\\n.*DATABASE_PORT`),
      );
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});
