import { describe, expect, it, vi } from 'vitest';
import { createSafeCall } from '../create-safe-call.ts';
import { createMemoryHub } from '../memory-store.ts';
import type { BreakerStore } from '../store.ts';
import { createTestClock } from '../testing/test-clock.ts';
import type { SafeCallOptions } from '../types.ts';
import { deferred, failed, refused } from './harness.ts';

const COOLDOWN = 30_000;

/** Several processes, as instances on one clock and one hub. */
function cluster() {
  const clock = createTestClock();
  const hub = createMemoryHub({ now: clock.now });

  function join(node: string, change: (store: BreakerStore) => BreakerStore = (store) => store) {
    const store = change(hub.connect(node));
    const instance = createSafeCall({ clock, random: () => 0.5, store, defaults: { retries: 0 } });
    const { safeCall, getCircuitBreakerStatus } = instance;
    return {
      ...instance,
      fail: async (options: SafeCallOptions<never> = {}) =>
        failed(await safeCall('svc', () => Promise.reject(refused()), options)),
      succeed: async () => (await safeCall('svc', async () => 'ok')).success,
      state: () => getCircuitBreakerStatus('svc').state,
    };
  }

  return { clock, join };
}

type Process = ReturnType<ReturnType<typeof cluster>['join']>;

async function open(process: Process): Promise<void> {
  for (let call = 0; call < 3; call++) await process.fail();
}

/** Counts what is asked of a store. */
function counted(calls: string[]) {
  return (store: BreakerStore): BreakerStore =>
    new Proxy(store, {
      get(target, method: keyof BreakerStore) {
        calls.push(method);
        return target[method].bind(target);
      },
    });
}

describe('H10: a restart', () => {
  it('takes over what is open, for the time that is left, and probes once over all processes', async () => {
    const { clock, join } = cluster();
    await open(join('before'));
    await clock.advance(10_000);
    const restarted = [join('one'), join('two'), join('three')];
    await clock.advance(0);
    for (const process of restarted) {
      expect((await process.fail()).error).toMatchObject({ kind: 'CIRCUIT_OPEN', retryAfterMs: 20_000 });
    }
    await clock.advance(20_000);
    const gate = deferred();
    const fn = vi.fn(() => gate.promise);
    const results = restarted.map((process) => process.safeCall('svc', fn));
    await clock.advance(1);
    expect(fn).toHaveBeenCalledOnce();
    gate.resolve('back');
    const outcomes = await Promise.all(results);
    expect(outcomes.filter((one) => one.success)).toHaveLength(1);
    await clock.advance(0);
    expect(restarted.map((process) => process.state())).toEqual(['closed', 'closed', 'closed']);
  });
});

describe('H21: shared breakers', () => {
  it('a healthy call costs the store nothing', async () => {
    const { clock, join } = cluster();
    const calls: string[] = [];
    const process = join('a', counted(calls));
    await clock.advance(0);
    calls.length = 0;
    for (let call = 0; call < 1_000; call++) await process.succeed();
    expect(calls).toEqual([]);
  });

  it('what one process finds out, all know; so does the close', async () => {
    const { clock, join } = cluster();
    const [a, b] = [join('a'), join('b')];
    const heard = vi.fn();
    b.on('open', heard);
    b.on('close', heard);
    await open(a);
    await clock.advance(0);
    expect(b.state()).toBe('open');
    await clock.advance(COOLDOWN);
    expect(await a.succeed()).toBe(true);
    await clock.advance(0);
    expect(b.state()).toBe('closed');
    expect(heard.mock.calls.map(([event]) => event.remote)).toEqual([true, true]);
  });

  it('failures of several processes add up', async () => {
    const { clock, join } = cluster();
    const processes = [join('a'), join('b'), join('c')];
    for (const process of processes) await process.fail();
    await clock.advance(0);
    expect(processes.map((process) => process.state())).toEqual(['open', 'open', 'open']);
  });

  it('tenants that fail in different processes open the service for all', async () => {
    const { clock, join } = cluster();
    const processes = [join('a'), join('b')] as const;
    for (let n = 0; n < 5; n++) await processes[n % 2 === 0 ? 0 : 1].fail({ key: `tenant-${n}` });
    await clock.advance(0);
    for (const process of processes) {
      expect(process.getCircuitBreakerStatus('svc')).toMatchObject({ state: 'open', level: 'service' });
    }
  });

  it('a probe that fails anywhere opens everywhere again', async () => {
    const { clock, join } = cluster();
    const [a, b] = [join('a'), join('b')];
    await open(a);
    await clock.advance(COOLDOWN);
    await b.fail();
    await clock.advance(0);
    expect((await a.fail()).error).toMatchObject({ kind: 'CIRCUIT_OPEN', retryAfterMs: COOLDOWN });
  });

  it('a process that dies with the probe blocks the others no longer than its lease', async () => {
    const { clock, join } = cluster();
    const [a, b] = [join('a'), join('b')];
    await open(a);
    await clock.advance(COOLDOWN);
    void a.safeCall('svc', () => new Promise(() => {}), { timeoutMs: 5_000 });
    await clock.advance(1);
    await a.close();
    expect((await b.fail()).error).toMatchObject({ kind: 'CIRCUIT_OPEN' });
    await clock.advance(5_000);
    expect(await b.succeed()).toBe(true);
  });

  it('a probe of the caller who hung up is free for the next process at once', async () => {
    const { clock, join } = cluster();
    const [a, b] = [join('a'), join('b')];
    await open(a);
    await clock.advance(COOLDOWN);
    const controller = new AbortController();
    const gone = a.safeCall('svc', () => new Promise(() => {}), { signal: controller.signal });
    await clock.advance(1);
    controller.abort();
    await gone;
    await clock.advance(0);
    expect(await b.succeed()).toBe(true);
  });

  it('news that was lost is made up for by the poll', async () => {
    const { clock, join } = cluster();
    const deaf = (store: BreakerStore): BreakerStore => ({ ...store, subscribe: () => () => {} });
    const [a, b] = [join('a'), join('b', deaf)];
    await clock.advance(0);
    await open(a);
    expect(b.state()).toBe('closed');
    await clock.advance(2_000);
    expect(b.state()).toBe('open');
    await clock.advance(COOLDOWN - 2_000);
    await a.succeed();
    await clock.advance(2_000);
    expect(b.state()).toBe('closed');
  });

  it('a poll does not disturb a probe under way', async () => {
    const { clock, join } = cluster();
    const a = join('a');
    await open(a);
    await clock.advance(COOLDOWN);
    const gate = deferred();
    const probe = a.safeCall('svc', () => gate.promise);
    await clock.advance(4_500);
    expect(a.state()).toBe('half_open');
    gate.resolve('back');
    expect((await probe).success).toBe(true);
    expect(a.state()).toBe('closed');
  });

  it('a store can be connected later, and left again', async () => {
    const { clock, join } = cluster();
    const calls: string[] = [];
    const a = join('a');
    const b = createSafeCall({ clock, defaults: { retries: 0 } });
    await open(a);
    await clock.advance(0);
    expect(b.getCircuitBreakerStatus('svc').state).toBe('closed');
    const hub = createMemoryHub({ now: clock.now });
    b.connectStore(counted(calls)(hub.connect('b')));
    await clock.advance(0);
    expect(calls).toContain('load');
    await b.close();
    calls.length = 0;
    for (let call = 0; call < 3; call++) await b.safeCall('svc', () => Promise.reject(refused()));
    expect(b.getCircuitBreakerStatus('svc').state).toBe('open');
    await clock.advance(60_000);
    expect(calls).toEqual([]);
  });

  it('a reset reaches every process', async () => {
    const { clock, join } = cluster();
    const [a, b] = [join('a'), join('b')];
    await open(a);
    await clock.advance(0);
    b.resetCircuitBreaker('svc');
    await clock.advance(0);
    expect([a.state(), b.state()]).toEqual(['closed', 'closed']);
  });
});

describe('H21: the store is away', () => {
  const broken = (store: BreakerStore): BreakerStore => {
    const fail = () => Promise.reject(new Error('connection is closed'));
    return {
      ...store,
      load: fail,
      failed: fail,
      recovered: fail,
      opened: fail,
      closed: fail,
      takeProbe: fail,
    };
  };
  const hanging = (store: BreakerStore): BreakerStore => {
    const hang = () => new Promise<never>(() => {});
    return {
      ...store,
      load: hang,
      failed: hang,
      recovered: hang,
      opened: hang,
      closed: hang,
      takeProbe: hang,
    };
  };

  it.each([
    ['refuses', broken],
    ['hangs', hanging],
  ])('it %s: local breakers go on, and it is said once', async (_, change) => {
    const { clock, join } = cluster();
    const a = join('a', change);
    const told = vi.fn();
    a.on('store', told);
    await open(a);
    expect(a.state()).toBe('open');
    await clock.advance(COOLDOWN);
    const call = a.succeed();
    await clock.advance(100);
    expect(await call).toBe(true);
    expect(a.state()).toBe('closed');
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ available: false }));
  });

  it('a probe waits 100 ms for its lease at most', async () => {
    const { clock, join } = cluster();
    const slow = (store: BreakerStore): BreakerStore => ({
      ...store,
      takeProbe: () => new Promise(() => {}),
    });
    const a = join('a', slow);
    await open(a);
    await clock.advance(COOLDOWN);
    const call = a.safeCall('svc', async () => 'ok');
    await clock.advance(100);
    expect(await call).toMatchObject({ success: true, elapsedMs: 100 });
  });

  it('hears afterwards what opened in the meantime, with the time that is left, and of nothing that is over', async () => {
    const { clock, join } = cluster();
    let down = true;
    const moment = (store: BreakerStore): BreakerStore => {
      const unlessDown =
        <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
        (...args: A) =>
          down ? Promise.reject(new Error('connection is closed')) : work(...args);
      return {
        ...store,
        load: unlessDown(store.load),
        failed: unlessDown(store.failed),
        opened: unlessDown(store.opened),
      };
    };
    const [a, b] = [join('a', moment), join('b')];
    await clock.advance(0);
    await open(a);
    for (let call = 0; call < 3; call++) await a.safeCall('other', () => Promise.reject(refused()));
    a.resetCircuitBreaker('other');
    await clock.advance(4_000);
    expect(b.state()).toBe('closed');
    down = false;
    await clock.advance(4_000);
    expect(b.state()).toBe('open');
    expect(b.getCircuitBreakerStatus('other').state).toBe('closed');
    const left = failed(await b.safeCall('svc', async () => 'ok')).error.retryAfterMs;
    expect(left).toBe(COOLDOWN - 8_000);
  });

  it('is left alone for five seconds, and then used again', async () => {
    const { clock, join } = cluster();
    let down = true;
    const calls: string[] = [];
    const flaky = (store: BreakerStore): BreakerStore => ({
      ...store,
      load: () => {
        calls.push('load');
        return down ? Promise.reject(new Error('down')) : store.load();
      },
    });
    const a = join('a', flaky);
    const told: boolean[] = [];
    a.on('store', (event) => told.push(event.available));
    await clock.advance(4_999);
    expect(calls).toHaveLength(1);
    down = false;
    await clock.advance(2_000);
    expect(told).toEqual([false, true]);
  });
});
