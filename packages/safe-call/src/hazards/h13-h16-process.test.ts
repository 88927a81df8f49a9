import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { deferred, failed, harness, httpError } from './harness.ts';

describe('H13: a listener throws', () => {
  it('the result counts, the breaker works, the other listeners hear', async () => {
    const { on, open, succeed, state, clock } = harness();
    const heard = vi.fn();
    const broken = vi.fn();
    for (const event of ['open', 'half_open', 'close', 'success', 'failure'] as const) {
      on(event, () => {
        throw new Error('a bug in the metrics');
      });
      on(event, heard);
    }
    on('listener_error', broken);
    expect(await succeed()).toMatchObject({ success: true });
    await open();
    expect(state()).toBe('open');
    await clock.advance(30_000);
    expect(await succeed()).toMatchObject({ success: true, data: 'ok' });
    expect(heard).toHaveBeenCalledTimes(8);
    expect(broken).toHaveBeenCalledTimes(8);
  });

  it('a listener of listener errors that throws ends there', async () => {
    const { on, succeed } = harness();
    on('success', () => {
      throw new Error('one');
    });
    on('listener_error', () => {
      throw new Error('two');
    });
    expect(await succeed()).toMatchObject({ success: true });
  });
});

describe('H14: timers', () => {
  it('a Retry-After of 30 days is not waited for, and holds the key for 15 minutes at most', async () => {
    const { fail, clock, succeed } = harness();
    const month = String(30 * 24 * 3600);
    expect(await fail({ retries: 3 }, httpError(429, { 'retry-after': month }))).toMatchObject({
      attempts: 1,
    });
    expect(failed(await succeed()).error.retryAfterMs).toBe(900_000);
    await clock.advance(900_000);
    expect(await succeed()).toMatchObject({ success: true });
  });

  it('one timer serves any number of calls, and none is left behind', async () => {
    const { safeCall, clock, stats } = harness();
    const gate = deferred();
    const calls = Array.from({ length: 1_000 }, (_, n) =>
      safeCall('svc', () => gate.promise, { key: `${n}` }),
    );
    expect(stats().pending).toBe(1_000);
    expect(clock.pending()).toBe(1);
    gate.resolve('done');
    await Promise.all(calls);
    expect(stats().pending).toBe(0);
    await clock.advance(20_000);
    expect(clock.pending()).toBe(0);
  });
});

describe('H15: abort during the back-off', () => {
  it('answers at once and does not call again', async () => {
    const { safeCall, clock, stats } = harness();
    const controller = new AbortController();
    const fn = vi.fn(() => Promise.reject(httpError(503)));
    const call = safeCall('svc', fn, { signal: controller.signal });
    await clock.advance(50);
    controller.abort(new Error('hung up'));
    const result = failed(await call);
    expect(result).toMatchObject({
      attempts: 1,
      elapsedMs: 50,
      ambiguous: true,
      error: { kind: 'CANCELLED' },
    });
    expect(result.error.cause).toMatchObject({ message: 'hung up' });
    await clock.advance(60_000);
    expect(fn).toHaveBeenCalledOnce();
    expect(stats().pending).toBe(0);
  });
});

describe('H16: what is left of a call', () => {
  it('no listener stays on a signal that lives long', async () => {
    const { safeCall } = harness();
    const { signal } = new AbortController();
    for (let call = 0; call < 1_000; call++) {
      await safeCall('svc', () => (call % 2 === 0 ? 'ok' : Promise.reject(httpError(404))), { signal });
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it.each(['success', 'failure'] as const)('a late %s is reported, and rejects nowhere', async (outcome) => {
    const { safeCall, clock, on } = harness();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const late = vi.fn();
    on('late', late);
    const { promise, resolve, reject } = deferred<string>();
    const call = safeCall('svc', () => promise, { timeoutMs: 20, retries: 0, key: 'k' });
    await clock.advance(20);
    expect(failed(await call).error.kind).toBe('TIMEOUT');
    if (outcome === 'success') resolve('booked after all');
    else reject(new Error('too late'));
    await clock.advance(0);
    expect(late).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ name: 'svc', key: 'k', outcome }));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('a timeout does not wait for a function that ignores the signal', async () => {
    const { safeCall, clock } = harness();
    const call = safeCall('svc', () => new Promise(() => {}), { timeoutMs: 20, retries: 0 });
    await clock.advance(20);
    expect(failed(await call).elapsedMs).toBe(20);
  });
});

describe('100,000 calls', () => {
  it('leave nothing behind: the heap is flat and the process ends by itself', () => {
    const program = `
      import { createSafeCall } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
      const defaults = { retries: 0, breaker: { failures: 3, cooldownMs: 1, service: { keys: 50 } } };
      const { safeCall, stats } = createSafeCall({ defaults, maxBreakers: 1_000 });
      const works = [
        async () => 'ok',
        ({ signal }) => Promise.resolve(signal.aborted),
        () => Promise.reject(Object.assign(new Error('gone'), { status: 404 })),
        () => Promise.reject(new Error('down')),
      ];
      const heap = () => (gc(), gc(), process.memoryUsage().heapUsed);
      async function run(calls) {
        const { signal } = new AbortController();
        for (let n = 0; n < calls; n++) await safeCall('svc', works[n % 4], { key: 'tenant-' + (n % 5_000), signal });
      }
      await run(20_000);
      const before = heap();
      await run(100_000);
      console.log(JSON.stringify({ grown: heap() - before, pending: stats().pending, breakers: stats().breakers }));
    `;
    const args = ['--expose-gc', '--input-type=module', '-e', program];
    const { status, stdout } = spawnSync(process.execPath, args, { timeout: 60_000, encoding: 'utf8' });
    expect(status).toBe(0);
    const { grown, pending, breakers } = JSON.parse(stdout);
    expect(grown).toBeLessThan(1_000_000);
    expect(pending).toBe(0);
    expect(breakers).toBeLessThanOrEqual(1_000);
  }, 60_000);
});
