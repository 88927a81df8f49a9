import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { hasRedisServer, type PrivateRedis, startRedis } from '@voxanne/safe-call/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { createDatabase, type Database } from '../database.ts';
import { createLogger, silentLogger } from '../logger.ts';
import { connectRedis } from '../redis.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';

const HOUR = { name: 'test', quota: 50, windowSeconds: 3_600 };
const KEY = Buffer.from('a key of these tests');
const ASLEEP: Pick<Database, 'serviceStatement'> = { serviceStatement: () => new Promise(() => undefined) };
const AWAY: Pick<Database, 'serviceStatement'> = {
  serviceStatement: () => Promise.reject(new Error('connect ECONNREFUSED')),
};

/** How many of so many uses, asked for side by side and in turn of each process, were not over. */
async function letThrough(
  processes: RateLimits[],
  offered: number,
  key: string,
  quota = HOUR,
): Promise<number> {
  const standings = await Promise.all(
    Array.from({ length: offered }, (_, n) => processes[n % processes.length]?.use(quota, key)),
  );
  return standings.filter((standing) => standing?.isOver === false).length;
}

describe('a limit over several processes', () => {
  let db: TestDatabase;
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  afterAll(() => db.close());

  const start = (database?: Pick<Database, 'serviceStatement'>, log = silentLogger): RateLimits => {
    if (database) return createRateLimits({ database, prefix: 'test', key: KEY, log });
    const own = createDatabase({ url: db.runtimeUrl, maxConnections: 3, connectTimeoutMs: 60_000 });
    ends.push(() => own.close());
    return createRateLimits({ database: own, prefix: 'test', key: KEY, log });
  };

  test('counted in PostgreSQL lets exactly so many through', async () => {
    const processes = [start(), start(), start(), start()];
    // A few at a time: what waits too long for a connection counts by itself.
    let through = 0;
    for (let round = 0; round < 50; round += 1) through += await letThrough(processes, 4, 'a');
    expect(through).toBe(50);
  });

  test('begins anew when its window is over, for every process', async () => {
    const one = start();
    for (let n = 0; n < 51; n += 1) await one.use(HOUR, 'window');
    expect(await one.use(HOUR, 'window')).toMatchObject({ isOver: true, remaining: 0 });
    await db.owner.query(`update app_private.use_counts set resets_at = now() - interval '1 second'`);
    expect(await start().use(HOUR, 'window')).toMatchObject({
      isOver: false,
      remaining: 49,
      resetSeconds: 3_600,
    });
  });

  test('is kept apart by key and by name, and no key can be read from it', async () => {
    const one = start();
    const person = `person-${randomUUID()}`;
    await one.use({ ...HOUR, quota: 1 }, person);
    expect(await one.use({ ...HOUR, quota: 1 }, person)).toMatchObject({ isOver: true });
    expect(await one.use({ ...HOUR, quota: 1 }, 'another')).toMatchObject({ isOver: false });
    expect(await one.use({ ...HOUR, quota: 1, name: 'other' }, person)).toMatchObject({ isOver: false });
    const { rows } = await db.owner.query(`select encode(key, 'escape') as key from app_private.use_counts`);
    expect(JSON.stringify(rows)).not.toContain('person');
  });

  test.each([
    ['refuses connections', AWAY],
    ['never answers', ASLEEP],
  ])(
    'with a database that %s lets one window through and then refuses, and says so once',
    async (_how, database) => {
      const lines: { level: string; msg: string }[] = [];
      const sink = new Writable({
        write(chunk, _encoding, done) {
          lines.push(JSON.parse(String(chunk)));
          done();
        },
      });
      const alone = start(database, createLogger('info', sink));
      expect(await letThrough([alone], 500, 'b')).toBe(50);
      expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
        ['warn', '[RateLimits] The database does not answer: each process counts by itself for now'],
      ]);
    },
  );

  const missing = !hasRedisServer();
  const title = `with Redis${missing ? ' (left out: redis-server is not installed)' : ''}`;
  describe.skipIf(missing && process.env.CI !== 'true')(title, () => {
    let redis: PrivateRedis;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis?.stop());

    const startWithRedis = async (): Promise<RateLimits> => {
      const own = createDatabase({ url: db.runtimeUrl, maxConnections: 3, connectTimeoutMs: 60_000 });
      const connections = await connectRedis({ url: `redis://127.0.0.1:${redis.port}`, log: silentLogger });
      ends.push(
        () => connections.close(),
        () => own.close(),
      );
      await vi.waitFor(() => expect(connections.state()).toBe('connected'), { timeout: 90_000 });
      return createRateLimits({
        database: own,
        redis: connections,
        prefix: 'test',
        key: KEY,
        log: silentLogger,
      });
    };

    test('lets exactly so many through, and asks PostgreSQL nothing', async () => {
      await db.owner.query('truncate app_private.use_counts');
      const processes = await Promise.all([1, 2, 3, 4].map(startWithRedis));
      let through = 0;
      for (let round = 0; round < 50; round += 1) through += await letThrough(processes, 20, 'c');
      expect(through).toBe(50);
      const { rows } = await db.owner.query('select count(*)::int as n from app_private.use_counts');
      expect(rows[0].n).toBe(0);
    });

    test('that is killed meanwhile lets at most one window more through', async () => {
      const processes = await Promise.all([1, 2, 3, 4].map(startWithRedis));
      let through = 0;
      for (let round = 0; round < 10; round += 1) through += await letThrough(processes, 4, 'd');
      expect(through).toBe(40);
      await redis.stop();
      for (let round = 0; round < 100; round += 1) through += await letThrough(processes, 4, 'd');
      expect(through).toBeGreaterThanOrEqual(50);
      expect(through).toBeLessThanOrEqual(100);
      redis = await startRedis({ port: redis.port });
    });
  });
});
