import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hasRedisServer, type PrivateRedis, startRedis } from '@voxanne/safe-call/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../platform/logger.ts';
import { type Announcement, type Carrier, createCarrier, type Take } from './webhook-queue.ts';

const processFile = fileURLToPath(new URL('./testing/carrier-process.ts', import.meta.url));
const missing = !hasRedisServer();
const title = `the carrier of the queue${missing ? ' (left out: redis-server is not installed)' : ''}`;

describe.skipIf(missing && process.env.CI !== 'true')(title, () => {
  let redis: PrivateRedis;
  const carriers: Carrier[] = [];
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(carriers.splice(0).map((carrier) => carrier.close()));
    await redis.stop();
  });

  const carrier = (prefix?: string): Carrier => {
    const redisUrl = `redis://127.0.0.1:${redis.port}`;
    const made = createCarrier({ redisUrl, log: silentLogger, ...(prefix ? { prefix } : {}) });
    carriers.push(made);
    return made;
  };
  const reaches = (one: Carrier, state: 'connected' | 'away') =>
    vi.waitFor(() => expect(one.state()).toBe(state), { timeout: 90_000, interval: 10 });
  const connected = async (prefix?: string): Promise<Carrier> => {
    const made = carrier(prefix);
    await reaches(made, 'connected');
    return made;
  };
  /** A worker that writes down what it was asked to take. */
  const working = async (prefix?: string, concurrency = 4) => {
    const taken: string[] = [];
    const made = await connected(prefix);
    made.work(async (table, id) => void taken.push(`${table} ${id}`), concurrency);
    const took = (wanted: string[]) =>
      vi.waitFor(() => expect(taken.toSorted()).toEqual(wanted.toSorted()), {
        timeout: 90_000,
        interval: 20,
      });
    return { carrier: made, taken, took };
  };
  const row = (table: Announcement['table'] = 'outbox'): Announcement => ({
    table,
    id: randomUUID(),
    attempt: 1,
  });
  const words = (rows: readonly Announcement[]) => rows.map(({ table, id }) => `${table} ${id}`);
  const admin = async <T>(ask: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(redis.port, '127.0.0.1');
    try {
      return await ask(client);
    } finally {
      client.disconnect();
    }
  };

  test('brings every announced row of both tables to a worker, in whatever process it was announced', async () => {
    const web = await connected();
    const worker = await working();
    const rows = [row(), row('webhook_delivery_log'), ...Array.from({ length: 200 }, () => row())];
    await web.announce(rows);
    await worker.took(words(rows));
  });

  test('keeps nothing of a row that was taken', async () => {
    const worker = await working();
    const rows = Array.from({ length: 20 }, () => row());
    await worker.carrier.announce(rows);
    await worker.took(words(rows));
    const leftover = () => admin((client) => client.keys('voxanne:deliveries:*-1'));
    await vi.waitFor(async () => expect(await leftover()).toEqual([]), { timeout: 90_000 });
  });

  test('an announcement said twice is carried once while it waits, and the next attempt is another one', async () => {
    const web = await connected();
    const one = row();
    await web.announce([one, one]);
    await web.announce([one]);
    await web.announce([{ ...one, attempt: 2 }]);
    const worker = await working();
    await worker.took(words([one, one]));
  });

  test('a row can be announced again after it was taken: its worker may have died with it', async () => {
    const worker = await working();
    const one = row();
    await worker.carrier.announce([one]);
    await worker.took(words([one]));
    await vi.waitFor(async () => {
      await worker.carrier.announce([one]);
      expect(worker.taken.length).toBeGreaterThan(1);
    });
  });

  test('takes no more at a time than there is room for', async () => {
    const made = await connected();
    let running = 0;
    let most = 0;
    let done = 0;
    const ends: (() => void)[] = [];
    made.work(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      done += 1;
    }, 3);
    await made.announce(Array.from({ length: 10 }, () => row()));
    await vi.waitFor(
      () => {
        if (running === 3) for (const end of ends.splice(0)) end();
        if (done >= 9) for (const end of ends.splice(0)) end();
        expect(done).toBe(10);
      },
      { timeout: 90_000, interval: 10 },
    );
    expect(most).toBe(3);
  });

  test('a take that fails is forgotten here: when the row is tried again is decided in SQL', async () => {
    const made = await connected();
    const asked: string[] = [];
    made.work(async (_, id) => {
      asked.push(id);
      throw new Error('the database is away');
    }, 1);
    const [one, two] = [row(), row()];
    await made.announce([one]);
    await made.announce([two]);
    await vi.waitFor(() => expect(asked).toEqual([one.id, two.id]), { timeout: 90_000 });
    const left = () => admin((client) => client.keys('voxanne:deliveries:*-1'));
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 90_000 });
    expect(asked).toEqual([one.id, two.id]);
  });

  test('deployments on one Redis do not carry for each other', async () => {
    const [mine, theirs] = [await working('one'), await working('two')];
    const [one, two] = [row(), row()];
    await mine.carrier.announce([one]);
    await theirs.carrier.announce([two]);
    await Promise.all([mine.took(words([one])), theirs.took(words([two]))]);
  });

  test('with Redis killed an announcement neither fails nor waits, and it works again when Redis is back', async () => {
    const web = await connected();
    const worker = await working();
    await redis.stop();
    await Promise.all([reaches(web, 'away'), reaches(worker.carrier, 'away')]);
    await expect(web.announce([row()])).resolves.toBeUndefined();
    redis = await startRedis({ port: redis.port });
    await Promise.all([reaches(web, 'connected'), reaches(worker.carrier, 'connected')]);
    const after = row();
    await web.announce([after]);
    await worker.took(words([after]));
  });

  test('Redis dying in the middle of an announcement rejects nothing', async () => {
    const web = await connected();
    const announcing = web.announce(Array.from({ length: 500 }, () => row()));
    await redis.stop();
    await expect(announcing).resolves.toBeUndefined();
    await expect(web.announce([row()])).resolves.toBeUndefined();
  });

  test('a Redis that hangs is given up, and used again when it continues', async () => {
    const web = await connected();
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await expect(web.announce([row()])).resolves.toBeUndefined();
      await reaches(web, 'away');
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await reaches(web, 'connected');
    const worker = await working();
    const after = row();
    await web.announce([after]);
    await vi.waitFor(() => expect(worker.taken).toContain(`outbox ${after.id}`), { timeout: 90_000 });
  });

  test('FLUSHALL forgets what was announced and breaks nothing: the next announcement is carried', async () => {
    const web = await connected();
    const forgotten = row();
    await web.announce([forgotten]);
    await admin((client) => client.flushall());
    const worker = await working();
    await admin((client) => client.flushall());
    const after = row();
    await web.announce([after]);
    await worker.took(words([after]));
  });

  test('what a killed worker held is carried to another one within seconds', async () => {
    const web = await connected();
    const child = execFile(process.execPath, [processFile, String(redis.port), 'hang']);
    const holding = new Promise((resolve) => child.stdout?.once('data', resolve));
    const one = row();
    await web.announce([one]);
    await holding;
    child.kill('SIGKILL');
    const worker = await working();
    await worker.took(words([one]));
  }, 180_000);

  test('close lets the takes under way end, and takes nothing new', async () => {
    const made = await connected();
    const ended: string[] = [];
    let begun = 0;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const take: Take = async (_, id) => {
      begun += 1;
      await released;
      ended.push(id);
    };
    made.work(take, 1);
    const [one, two] = [row(), row()];
    await made.announce([one, two]);
    await vi.waitFor(() => expect(begun).toBe(1));
    const closing = made.close();
    await admin((client) => client.ping());
    expect(ended).toEqual([]);
    release();
    await closing;
    expect(ended).toEqual([one.id]);
    expect(begun).toBe(1);
    await expect(made.announce([row()])).resolves.toBeUndefined();
    const worker = await working();
    await worker.took(words([two]));
  });

  test('close ends with Redis gone, standing still, or never there, whatever a take does', async () => {
    const never = () => new Promise<void>(() => undefined);
    const dying = await connected();
    dying.work(never, 2);
    await dying.announce([row()]);
    await redis.stop();
    const absent = carrier();
    absent.work(never, 2);
    await Promise.all([dying.close(), absent.close()]);

    redis = await startRedis({ port: redis.port });
    const frozen = await connected();
    frozen.work(never, 2);
    await frozen.announce([row()]);
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await frozen.close();
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
  }, 180_000);

  test.each(['work', 'idle', 'away'])(
    'a process that closed its carrier (%s) ends by itself',
    async (how) => {
      const port = how === 'away' ? '1' : String(redis.port);
      const run = promisify(execFile)(process.execPath, [processFile, port, how], { timeout: 90_000 });
      await expect(run).resolves.toMatchObject({ stderr: '' });
      const clients = await admin((client) => client.client('LIST'));
      expect(String(clients)).not.toContain('voxanne');
    },
    30_000,
  );
});
