import { describe, expect, it, vi } from 'vitest';
import { deferred, failed, harness, refused } from './hazards/harness.ts';

describe('a bulkhead', () => {
  const bulkhead = { max: 2, queue: 1 };

  it('lets so many in, lets one wait, and turns the rest away without blame (H7)', async () => {
    const { start, succeed, state, failures, stats } = harness();
    const first = await start({ bulkhead });
    const second = await start({ bulkhead });
    const waiting = await start({ bulkhead });
    const rejected = failed(await succeed({ bulkhead, retries: 3 }));
    expect(rejected).toMatchObject({ attempts: 0, ambiguous: false });
    expect(rejected.error).toMatchObject({ kind: 'RATE_LIMIT', code: 'BULKHEAD_FULL' });
    for (const call of [first, second, waiting]) call.resolve('done');
    for (const call of [first, second, waiting]) expect((await call.result).success).toBe(true);
    expect((await succeed({ bulkhead })).success).toBe(true);
    expect([state(), failures(), stats().pending]).toEqual(['closed', 0, 0]);
  });

  it('is one a key', async () => {
    const { start, succeed } = harness();
    const one = await start({ bulkhead: { max: 1 }, key: 'a' });
    expect((await succeed({ bulkhead: { max: 1 }, key: 'a' })).success).toBe(false);
    expect((await succeed({ bulkhead: { max: 1 }, key: 'b' })).success).toBe(true);
    one.resolve(1);
    await one.result;
  });

  it('ends the wait at the deadline or when the caller cancels, and the place is not lost', async () => {
    const { start, safeCall, clock } = harness();
    const narrow = { max: 1, queue: 5 };
    const running = await start({ bulkhead: narrow });
    const fn = vi.fn(async () => 'ran');
    const late = safeCall('svc', fn, { bulkhead: narrow, deadlineMs: 100 });
    const controller = new AbortController();
    const gone = safeCall('svc', fn, { bulkhead: narrow, signal: controller.signal });
    const patient = safeCall('svc', fn, { bulkhead: narrow });
    await clock.advance(100);
    controller.abort();
    expect(failed(await late).error.code).toBe('BULKHEAD_FULL');
    expect(failed(await gone).error.kind).toBe('CANCELLED');
    running.resolve(1);
    expect(await patient).toMatchObject({ success: true, data: 'ran' });
    expect(fn).toHaveBeenCalledOnce();
  });

  it('hands back a probe that found no place', async () => {
    const { start, open, clock, succeed, state } = harness();
    const running = await start({ bulkhead: { max: 1 } });
    await open();
    await clock.advance(30_000);
    expect(failed(await succeed({ bulkhead: { max: 1 } })).error.code).toBe('BULKHEAD_FULL');
    running.resolve(1);
    await running.result;
    await succeed({ bulkhead: { max: 1 } });
    expect(state()).toBe('closed');
  });
});

describe('a hedge', () => {
  const hedge = { afterMs: 50 };

  it('starts a second request when the first is slow; the first answer wins and the other is aborted', async () => {
    const { safeCall, clock, on } = harness();
    const hedged = vi.fn();
    on('hedge', hedged);
    const signals: AbortSignal[] = [];
    const gates = [deferred<string>(), deferred<string>()];
    const call = safeCall(
      'svc',
      ({ signal }) => {
        signals.push(signal);
        return gates[signals.length - 1]!.promise;
      },
      { hedge },
    );
    await clock.advance(49);
    expect(signals).toHaveLength(1);
    await clock.advance(1);
    expect(signals).toHaveLength(2);
    gates[1]!.resolve('second');
    expect(await call).toMatchObject({ success: true, data: 'second', attempts: 1, elapsedMs: 50 });
    expect(signals.map((one) => one.aborted)).toEqual([true, false]);
    expect(hedged).toHaveBeenCalledOnce();
  });

  it('makes no second request for a quick answer, and none for work that may not be done twice', async () => {
    const { safeCall, clock, stats } = harness();
    const quick = vi.fn(async () => 1);
    await safeCall('svc', quick, { hedge });
    await clock.advance(100);
    expect(quick).toHaveBeenCalledOnce();
    const slow = vi.fn(() => new Promise(() => {}));
    const call = safeCall('svc', slow, { hedge, idempotent: false, timeoutMs: 100 });
    await clock.advance(100);
    await call;
    expect(slow).toHaveBeenCalledOnce();
    expect(stats().pending).toBe(0);
  });

  it('fails only when both have failed', async () => {
    const { safeCall, clock } = harness();
    const gates = [deferred<string>(), deferred<string>()];
    let started = 0;
    const call = safeCall('svc', () => gates[started++]!.promise, { hedge, retries: 0 });
    await clock.advance(50);
    gates[0]!.reject(refused());
    await clock.advance(0);
    gates[1]!.reject(refused());
    expect(failed(await call).error.kind).toBe('NETWORK');
  });

  it('is paid for from the retry budget', async () => {
    const { safeCall, clock } = harness();
    const slow = vi.fn(() => new Promise(() => {}));
    const call = safeCall('svc', slow, { hedge, retryBudget: { tokens: 0 }, timeoutMs: 100 });
    await clock.advance(100);
    await call;
    expect(slow).toHaveBeenCalledOnce();
  });
});
