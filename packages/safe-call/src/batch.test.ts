import { describe, expect, it, vi } from 'vitest';
import { createSafeCall } from './create-safe-call.ts';
import { createTestClock } from './testing/test-clock.ts';

const refused = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));

function setup() {
  const clock = createTestClock();
  return { clock, ...createSafeCall({ clock, random: () => 0.5, defaults: { retries: 0 } }) };
}

describe('safeCallBatch', () => {
  it('answers one result an item, in order', async () => {
    const { safeCallBatch } = setup();
    const results = await safeCallBatch([async () => 1, () => Promise.reject(new TypeError('bug')), () => 3]);
    expect(results.map((one) => (one.success ? one.data : one.error.kind))).toEqual([1, 'PERMANENT', 3]);
    expect(await safeCallBatch([])).toEqual([]);
  });

  it('never runs more than its bound at the same time', async () => {
    const { safeCallBatch, clock } = setup();
    let running = 0;
    let most = 0;
    const item = () =>
      new Promise<void>((resolve) => {
        running++;
        most = Math.max(most, running);
        clock.setTimer(() => {
          running--;
          resolve();
        }, 10);
      });
    const batch = safeCallBatch(Array(20).fill(item), { concurrency: 3 });
    await clock.advance(1_000);
    expect((await batch).every((one) => one.success)).toBe(true);
    expect(most).toBe(3);
  });

  it('stops at a tripped breaker: the rest is marked and not called', async () => {
    const { safeCallBatch } = setup();
    const fn = vi.fn(refused);
    const results = await safeCallBatch(Array(10).fill(fn), { name: 'svc', concurrency: 1 });
    expect(fn).toHaveBeenCalledTimes(3);
    expect(results.map((one) => !one.success && one.error.kind)).toEqual([
      ...Array(3).fill('NETWORK'),
      ...Array(7).fill('CIRCUIT_OPEN'),
    ]);
  });

  it('goes on with items of other services and keys', async () => {
    const { safeCallBatch } = setup();
    const bad = { name: 'svc', fn: refused, options: { key: 'a' } };
    const good = { name: 'svc', fn: async () => 'ok' as never, options: { key: 'b' } };
    const results = await safeCallBatch([bad, bad, bad, bad, good], { concurrency: 1 });
    expect(results.map((one) => one.success)).toEqual([false, false, false, false, true]);
  });

  it('reports its progress, and a listener that throws changes nothing', async () => {
    const { safeCallBatch } = setup();
    const onProgress = vi.fn(() => {
      throw new Error('display is broken');
    });
    const results = await safeCallBatch([() => 1, () => Promise.reject(new Error('x'))], {
      onProgress,
      concurrency: 1,
    });
    expect(results).toHaveLength(2);
    expect(onProgress).toHaveBeenLastCalledWith({ done: 2, total: 2, succeeded: 1, failed: 1 });
  });

  it('keeps one deadline for the whole batch', async () => {
    const { safeCallBatch, clock } = setup();
    const slow = vi.fn(() => new Promise(() => {}));
    const batch = safeCallBatch(Array(4).fill(slow), { concurrency: 1, deadlineMs: 100 });
    await clock.advance(100);
    const results = await batch;
    expect(slow).toHaveBeenCalledOnce();
    expect(results.every((one) => !one.success && one.error.kind === 'TIMEOUT')).toBe(true);
  });
});
