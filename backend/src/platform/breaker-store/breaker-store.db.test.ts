import type { BreakerId, SharedRules } from '@voxanne/safe-call';
import { storeContract } from '@voxanne/safe-call/testing';
import { CompiledQuery } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { type StoreProcess, startStore } from './testing/store-process.ts';

const RULES: SharedRules = {
  failures: 3,
  cooldownMs: 30_000,
  failureMaxAgeMs: 120_000,
  serviceKeys: 5,
  serviceWithinMs: 30_000,
};
const REASON = { kind: 'NETWORK', message: 'refused' } as const;
const KEY: BreakerId = { name: 'svc', key: 'a', level: 'key' };
const OPEN = { ...KEY, remainingMs: 30_000, failures: 3, ...REASON };
// waits: the clock of PostgreSQL cannot be moved; every case holds however much longer it takes
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('the PostgreSQL store of the breakers', () => {
  let db: TestDatabase;
  let processes: StoreProcess[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(processes.map((one) => one.end()));
    processes = [];
    await db.owner.query('truncate app_private.circuit_breakers, app_private.circuit_breaker_failures');
  });
  afterAll(() => db.close());

  const start = (options?: Parameters<typeof startStore>[1]) => {
    const started = startStore(db, options);
    processes.push(started);
    return started;
  };
  const rows = async () => {
    const { rows: found } = await db.owner.query<{ breakers: number; failures: number }>(`
      select (select count(*)::int from app_private.circuit_breakers) as breakers,
        (select count(*)::int from app_private.circuit_breaker_failures) as failures`);
    return found[0];
  };

  describe('keeps the contract of every store:', () => {
    // The clock of the database cannot be moved: here time really passes.
    test.each(storeContract)('$name', async ({ run, quorum = 1 }) => {
      const [a, b] = [start({ node: 'a', quorum }), start({ node: 'b', quorum })];
      const news = async () => {
        await Promise.all([a.caughtUp(), b.caughtUp()]);
      };
      await expect(run({ a: a.store, b: b.store, pass: sleep, news })).resolves.toBeUndefined();
    });
  });

  test('has no row for what is healthy: closing and recovering leave nothing', async () => {
    const { store } = start();
    await store.failed('svc', 'a', RULES, REASON);
    await store.failed('svc', 'b', RULES, REASON);
    await store.opened(OPEN, 'failures');
    expect(await rows()).toEqual({ breakers: 1, failures: 2 });
    await store.closed(KEY);
    await store.recovered('svc', 'b');
    expect(await rows()).toEqual({ breakers: 0, failures: 0 });
  });

  test('leaves no row of a probe that no one needed', async () => {
    const { store } = start();
    const lease = await store.takeProbe(KEY, 1_000);
    if (!lease.granted) expect.fail('the probe was refused');
    await store.releaseProbe(KEY, lease.token);
    expect(await rows()).toEqual({ breakers: 0, failures: 0 });
  });

  test('sweeps what no one asked about anymore', async () => {
    const { store } = start();
    await store.failed('svc', 'b', RULES, REASON);
    await store.opened(OPEN, 'failures');
    await db.owner.query(`update app_private.circuit_breakers set forget_at = clock_timestamp()`);
    await db.owner.query(`update app_private.circuit_breaker_failures set forget_at = clock_timestamp()`);
    expect(await store.load()).toEqual([]);
    expect(await rows()).toEqual({ breakers: 0, failures: 0 });
  });

  test('a verdict whose breaker was closed in the meantime opens nothing', async () => {
    const { store } = start();
    const lease = await store.takeProbe(KEY, 1_000);
    await store.closed(KEY);
    await store.opened(OPEN, 'probe', lease.granted ? lease.token : undefined);
    expect(await store.load()).toEqual([]);
  });

  test('counts every one of many failures at the same time', async ({ annotate }) => {
    const [a, b] = [start(), start()];
    const rules = { ...RULES, failures: 1_000, serviceKeys: Number.POSITIVE_INFINITY };
    await Promise.all([a.store.load(), b.store.load()]);
    const begun = performance.now();
    await Promise.all(
      Array.from({ length: 400 }, (_, n) => (n % 2 ? a : b).store.failed('svc', 'a', rules, REASON)),
    );
    await annotate(`400 failures of two processes: ${Math.round(performance.now() - begun)} ms`);
    const { rows: found } = await db.owner.query(
      'select sum(failures)::int as sum from app_private.circuit_breaker_failures',
    );
    expect(found).toEqual([{ sum: 400 }]);
  });

  test('takes names with quotes, backslashes and NUL as they are', async () => {
    const { store } = start();
    const odd = { name: `o'svc\\`, key: `'; drop table "x"\0`, level: 'key' } as const;
    await store.opened({ ...OPEN, ...odd, message: "it's \0 \\" }, 'failures');
    expect(await store.load()).toMatchObject([odd]);
    await store.closed(odd);
    expect(await store.load()).toEqual([]);
  });

  test('leaves endless names local, without an error', async () => {
    const { store } = start();
    const endless = { ...KEY, key: 'x'.repeat(10_000) };
    await store.failed('svc', endless.key, RULES, REASON);
    await store.opened({ ...OPEN, ...endless }, 'failures');
    expect(await store.takeProbe(endless, 1_000)).toEqual({ granted: true, token: 0 });
    await store.closed(endless, 0);
    expect(await rows()).toEqual({ breakers: 0, failures: 0 });
  });

  test('passes on the longest message there can be', async () => {
    const [a, b] = [start(), start()];
    const heard: string[] = [];
    b.store.subscribe((message) => heard.push(message.type));
    await b.connected();
    const longest = { ...KEY, key: '\u0001'.repeat(60) };
    await a.store.opened({ ...OPEN, ...longest, message: '\u0001'.repeat(10_000) }, 'failures');
    await b.caughtUp();
    expect(heard).toEqual(['open']);
  });

  test('does not take what others say on its channel for news', async () => {
    const { store, connected, caughtUp } = start();
    const heard: string[] = [];
    store.subscribe((message) => heard.push(message.type));
    await connected();
    for (const payload of ['{', '[]', '{"type":"open","node":"x","id":"[]","remainingMs":1}']) {
      await db.owner.query(`select pg_notify('voxanne_breakers', $1)`, [payload]);
    }
    await caughtUp();
    expect(heard).toEqual([]);
  });

  test('takes nothing after it was closed', async () => {
    const { store } = start();
    await store.close();
    await expect(store.load()).rejects.toThrow('The breaker store is closed.');
  });

  test('is read and written by the workers’ role alone', async () => {
    const { orgId, userId } = await db.createOrganization();
    const { rows: tables } = await db.owner.query(`
      select relname, relrowsecurity and relforcerowsecurity as forced from pg_class
      where relname in ('circuit_breakers', 'circuit_breaker_failures')`);
    expect(tables.map(({ forced }) => forced)).toEqual([true, true]);
    const asTenant = (query: string) =>
      db.database.withTenant({ orgId, userId }, (tx) => tx.executeQuery(CompiledQuery.raw(query)));
    for (const query of [
      'select * from app_private.circuit_breakers',
      'select * from app_private.circuit_breaker_failures',
      'select * from app_private.breakers_open()',
    ]) {
      await expect(asTenant(query)).rejects.toMatchObject({ code: '42501' });
      await expect(db.database.pool.query(query)).rejects.toMatchObject({ code: '42501' });
    }
  });
});
