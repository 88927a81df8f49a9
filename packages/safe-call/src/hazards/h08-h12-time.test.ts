import { describe, expect, it, vi } from 'vitest';
import { createTestClock } from '../testing/test-clock.ts';
import { failed, harness, httpError, refused } from './harness.ts';

describe('H8: retry and the breaker', () => {
  it('one bad call with three retries counts one failure, not four', async () => {
    const { safeCall, clock, failures, state } = harness();
    const call = safeCall('svc', () => Promise.reject(httpError(503)));
    await clock.advance(10_000);
    expect(failed(await call).attempts).toBe(4);
    expect(failures()).toBe(1);
    expect(state()).toBe('closed');
  });

  it('counts attempts on request', async () => {
    const { safeCall, clock, state } = harness();
    const call = safeCall('svc', () => Promise.reject(httpError(503)), { breaker: { count: 'attempts' } });
    await clock.advance(10_000);
    expect(failed(await call)).toMatchObject({ attempts: 3, circuit: 'open', error: { kind: 'TEMPORARY' } });
    expect(state()).toBe('open');
  });

  it('an open breaker ends the retries at once, without the rest of the back-off', async () => {
    const { safeCall, clock, open } = harness();
    const fn = vi.fn(() => Promise.reject(httpError(503)));
    const call = safeCall('svc', fn);
    await open();
    await clock.advance(1_000);
    const result = failed(await call);
    expect(fn).toHaveBeenCalledOnce();
    expect(result).toMatchObject({
      attempts: 1,
      elapsedMs: 1_000,
      circuit: 'open',
      error: { kind: 'TEMPORARY' },
    });
  });

  it('a probe is not retried', async () => {
    const { safeCall, clock, open } = harness();
    await open();
    await clock.advance(30_000);
    const result = failed(await safeCall('svc', () => Promise.reject(refused())));
    expect(result).toMatchObject({ attempts: 1, circuit: 'open', elapsedMs: 0 });
  });
});

describe('H9: failures age', () => {
  it('two failures, an idle hour, one failure: closed', async () => {
    const { fail, clock, failures, state } = harness();
    await fail();
    await fail();
    await clock.advance(3_600_000);
    expect(failures()).toBe(0);
    await fail();
    expect(state()).toBe('closed');
    expect(failures()).toBe(1);
  });

  it('five tenants that fail over an hour do not open the service', async () => {
    const { fail, clock, state } = harness();
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await fail({ key });
      await clock.advance(10_000);
    }
    expect(state()).toBe('closed');
  });

  it('a tenant that works again is no longer counted as failing', async () => {
    const { fail, succeed, state } = harness();
    for (const key of ['a', 'b', 'c', 'd']) {
      await fail({ key });
      await succeed({ key });
    }
    await fail({ key: 'e' });
    expect(state()).toBe('closed');
  });

  it('one tenant that fails five times is one tenant', async () => {
    const { fail, state } = harness();
    for (let call = 0; call < 5; call++) await fail({ key: 'a', breaker: { failures: 100 } });
    expect(state()).toBe('closed');
  });
});

describe('H11: clocks', () => {
  it.each([-3_600_000, 3_600_000])('a wall clock stepped by %i ms moves no cooldown', async (step) => {
    const { open, clock, succeed, getCircuitBreakerStatus } = harness();
    await open();
    clock.stepWall(step);
    await clock.advance(29_999);
    expect(failed(await succeed()).error).toMatchObject({ kind: 'CIRCUIT_OPEN', retryAfterMs: 1 });
    const { nextAttemptAt } = getCircuitBreakerStatus('svc');
    expect(nextAttemptAt?.getTime()).toBe(clock.wallNow() + 1);
    await clock.advance(1);
    expect(await succeed()).toMatchObject({ success: true });
  });
});

describe('H11: time passes while a failure is looked at', () => {
  it.each([0.001, 0.3, 7])(
    '%d ms at each look at the clock: a retry after Retry-After is made',
    async (step) => {
      const clock = createTestClock(1_000.7);
      let late = 0;
      const now = () => {
        late += step;
        return clock.now() + late;
      };
      const drifting = { ...clock, now };
      const { safeCall, on } = harness({ clock: drifting, random: () => 0 });
      const asked = vi.fn();
      on('retry', asked);
      const work = ({ attempt }: { attempt: number }) =>
        attempt < 2 ? Promise.reject(httpError(429, { 'retry-after': '1' })) : 'ok';
      const call = safeCall('svc', work, { key: 'a' });
      await clock.advance(5_000);
      expect(await call).toMatchObject({ success: true, attempts: 2 });
      expect(asked).toHaveBeenCalledOnce();
    },
  );
});

describe('H12: an open breaker explains itself', () => {
  it('names service, key, kind, cause and time, and keeps the words of the service from the caller', async () => {
    const { open, succeed } = harness();
    await open({ key: 'clinic' });
    const { error, userMessage } = failed(await succeed({ key: 'clinic' }));
    expect(error).toMatchObject({
      kind: 'CIRCUIT_OPEN',
      service: 'svc',
      key: 'clinic',
      retryAfterMs: 30_000,
      cause: { kind: 'NETWORK', message: 'connect ECONNREFUSED' },
      history: [],
    });
    expect(userMessage).not.toContain('ECONNREFUSED');
  });

  it('keeps every failed attempt', async () => {
    const { safeCall, clock } = harness();
    const errors = [httpError(500), refused(), httpError(404)];
    const call = safeCall('svc', () => Promise.reject(errors.shift()));
    await clock.advance(10_000);
    expect(failed(await call).error.history.map((one) => [one.attempt, one.kind])).toEqual([
      [1, 'TEMPORARY'],
      [2, 'NETWORK'],
      [3, 'PERMANENT'],
    ]);
  });
});
