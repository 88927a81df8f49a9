import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import {
  type BreakerStore,
  createSafeCall,
  createSystemClock,
  type SafeCallInstance,
} from '@voxanne/safe-call';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { createPool } from '../database.ts';
import { listen } from '../listener.ts';
import { silentLogger } from '../logger.ts';
import { createBreakerStore } from './breaker-store.ts';
import { type StoreProcess, startStore } from './testing/store-process.ts';

const NEVER_MS = 3_600_000;
const down = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
const fine = async () => 'fine';

interface Settings {
  cooldownMs?: number;
  pollMs?: number;
}

describe('several processes on one database', () => {
  let db: TestDatabase;
  let endings: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterEach(async () => {
    for (const end of endings) await end();
    endings = [];
    await db.owner.query('truncate app_private.circuit_breakers, app_private.circuit_breaker_failures');
  });
  afterAll(() => db.close());

  function share(store: BreakerStore, { cooldownMs = 30_000, pollMs = NEVER_MS }: Settings = {}) {
    const instance = createSafeCall({
      store,
      storePollMs: pollMs,
      defaults: { retries: 0, breaker: { cooldownMs } },
    });
    endings.unshift(() => instance.close());
    return instance;
  }

  function start(settings?: Settings): SafeCallInstance & { process: StoreProcess } {
    const process = startStore(db, { probeCapMs: 100 });
    endings.unshift(() => process.end());
    return { ...share(process.store, settings), process };
  }

  async function breakOpen(instance: SafeCallInstance, key = 'a') {
    for (let call = 0; call < 3; call++) await instance.safeCall('svc', down, { key });
    expect(instance.getCircuitBreakerStatus('svc', key).state).toBe('open');
  }

  const reaches = (instance: SafeCallInstance, state: string, key = 'a') =>
    vi.waitUntil(() => instance.getCircuitBreakerStatus('svc', key).state === state, {
      interval: 1,
      timeout: 90_000,
    });

  test('an opening reaches the other without a poll', async ({ annotate }) => {
    const [a, b] = [start(), start()];
    await Promise.all([a.process.connected(), b.process.connected()]);
    const times: number[] = [];
    for (let n = 0; n < 20; n++) {
      // The service itself opens when many keys fail at once; here each failure counts alone.
      const name = `svc-${n}`;
      const begun = performance.now();
      for (let call = 0; call < 3; call++) await a.safeCall(name, down, { key: 'a' });
      await vi.waitUntil(() => b.getCircuitBreakerStatus(name, 'a').state === 'open', { interval: 1 });
      times.push(performance.now() - begun);
    }
    times.sort((one, other) => one - other);
    const [median = 0, most = 0] = [times[10], times.at(-1)];
    await annotate(
      `"open" reached the other process: median ${median.toFixed(1)} ms, most ${most.toFixed(1)} ms`,
    );
    const refused = await b.safeCall('svc-0', fine, { key: 'a' });
    expect(refused).toMatchObject({ success: false, error: { kind: 'CIRCUIT_OPEN' } });
  });

  test('a probe that succeeds in one closes it for both', async () => {
    const [a, b] = [start({ cooldownMs: 150 }), start({ cooldownMs: 150 })];
    await Promise.all([a.process.connected(), b.process.connected()]);
    await breakOpen(a);
    await reaches(b, 'open');
    await vi.waitFor(async () =>
      expect(await b.safeCall('svc', fine, { key: 'a' })).toMatchObject({ success: true }),
    );
    await reaches(a, 'closed');
  });

  test('a restarted process still holds an open breaker for the rest of its time, then probes', async ({
    annotate,
  }) => {
    const before = start({ cooldownMs: 60_000 });
    await before.process.connected();
    await breakOpen(before);
    // Closing waits for the news that is under way: a graceful end forgets nothing.
    await before.close();
    await before.process.end();

    const begun = performance.now();
    const between = start({ cooldownMs: 60_000 });
    await reaches(between, 'open');
    await annotate(`a restarted process knew after ${(performance.now() - begun).toFixed(1)} ms`);
    const refused = await between.safeCall('svc', fine, { key: 'a' });
    if (refused.success || refused.error.retryAfterMs === undefined) expect.fail('it was let through');
    expect(refused.error.kind).toBe('CIRCUIT_OPEN');
    expect(refused.error.retryAfterMs).toBeLessThanOrEqual(60_000);

    await db.owner.query('update app_private.circuit_breakers set open_until = now()');
    const after = start({ cooldownMs: 60_000 });
    await reaches(after, 'open');
    let probes = 0;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const probe = () => {
      probes++;
      return released;
    };
    const ask = () => after.safeCall('svc', probe, { key: 'a' });
    const calls: Promise<unknown>[] = [];
    await vi.waitUntil(() => {
      calls.push(ask());
      return probes > 0;
    });
    for (let n = 0; n < 10; n++) calls.push(ask());
    release();
    await Promise.all(calls);
    expect(probes).toBe(1);
    expect(after.getCircuitBreakerStatus('svc', 'a').state).toBe('closed');
  });

  test('a process killed in the middle of its probe blocks no one forever', async () => {
    const here = startStore(db);
    endings.unshift(() => here.end());
    const id = { name: 'svc', key: 'a', level: 'key' } as const;
    const reason = { failures: 3, kind: 'NETWORK', message: 'refused' } as const;
    await here.store.opened({ ...id, remainingMs: 100, ...reason }, 'failures');
    const file = new URL('./testing/probing-process.ts', import.meta.url);
    const child: ChildProcess = fork(file, [db.runtimeUrl, '60000'], { execArgv: [] });
    endings.unshift(async () => child.kill('SIGKILL'));
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const held = await here.store.takeProbe(id, 60_000);
    if (held.granted) expect.fail('two probes at the same time');
    expect(held.waitMs).toBeLessThanOrEqual(60_000);
    await db.owner.query('update app_private.circuit_breakers set lease_until = now()');
    const next = await here.store.takeProbe(id, 60_000);
    expect(next.granted).toBe(true);
  });

  test('connections that are cut come back, and the breakers are shared again', async () => {
    const [a, b] = [start({ pollMs: 200 }), start({ pollMs: 200 })];
    await Promise.all([a.process.connected(), b.process.connected()]);
    await db.owner.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename = 'voxanne_runtime'`);
    expect(await a.safeCall('other', fine)).toMatchObject({ success: true });
    await breakOpen(a);
    await vi.waitUntil(() => b.getCircuitBreakerStatus('svc', 'a').state === 'open', {
      interval: 20,
      timeout: 90_000,
    });
    await b.process.caughtUp();
    a.resetCircuitBreaker('svc', 'a');
    await reaches(b, 'closed');
  });
});

describe('a database that is away', () => {
  const sockets = new Set<Socket>();
  /** Takes connections and never says a word. */
  const silent = createServer((socket) => {
    sockets.add(socket);
  });
  let silentUrl = '';
  beforeAll(async () => {
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port was given');
    silentUrl = `postgres://nobody:none@127.0.0.1:${address.port}/none`;
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test.for(['refuses connections', 'never answers'])(
    'and %s leaves calls as they are, with local breakers',
    async (how, { annotate }) => {
      const url = how === 'never answers' ? silentUrl : 'postgres://nobody:none@127.0.0.1:1/none';
      const pool = createPool({ url, maxConnections: 2 });
      const store = createBreakerStore({
        pool,
        listen: (channel, onNotify) =>
          listen({
            url,
            channels: [channel],
            onNotify: (_channel, payload) => onNotify(payload),
            log: silentLogger,
          }),
      });
      let passed = 0;
      const clock = { ...createSystemClock(), now: () => performance.now() + passed };
      const instance = createSafeCall({ clock, store, defaults: { retries: 0, timeoutMs: 100 } });
      const changes: boolean[] = [];
      instance.on('store', ({ available }) => changes.push(available));

      expect(await instance.safeCall('svc', fine)).toMatchObject({ success: true });
      for (let call = 0; call < 3; call++) await instance.safeCall('svc', down);
      expect(await instance.safeCall('svc', fine)).toMatchObject({ error: { kind: 'CIRCUIT_OPEN' } });
      passed = 30_001;
      const probed = performance.now();
      expect(await instance.safeCall('svc', fine)).toMatchObject({ success: true });
      await annotate(`the probe waited ${(performance.now() - probed).toFixed(1)} ms for the store`);
      expect(instance.getCircuitBreakerStatus('svc').state).toBe('closed');
      await vi.waitUntil(() => changes.length > 0, { timeout: 90_000 });
      expect(changes).toEqual([false]);
      await instance.close();
      for (const socket of sockets) socket.destroy();
      await pool.end();
    },
  );
});
