import { describe, expect, it } from 'vitest';
import { failed, harness, httpError } from './hazards/harness.ts';

const COOLDOWN = 30_000;

describe('a breaker that opens by rate', () => {
  const breaker = { window: { by: { size: 10 }, failureRate: 0.5 } };

  it('opens at half of ten, not at three in a row', async () => {
    const { fail, succeed, state } = harness();
    for (let call = 0; call < 5; call++) await succeed({ breaker });
    for (let call = 0; call < 4; call++) await fail({ breaker });
    expect(state()).toBe('closed');
    await fail({ breaker });
    expect(state()).toBe('open');
  });

  it('starts with an empty window after closing', async () => {
    const { fail, succeed, clock, state } = harness();
    for (let call = 0; call < 10; call++) await fail({ breaker });
    await clock.advance(COOLDOWN);
    await succeed({ breaker });
    for (let call = 0; call < 8; call++) await fail({ breaker });
    expect(state()).toBe('closed');
  });

  it('can open because calls are slow, though they succeed', async () => {
    const { safeCall, clock, state } = harness();
    const slow = { breaker: { window: { by: { size: 10 }, minimum: 3, slowCallMs: 1_000, slowRate: 1 } } };
    for (let call = 0; call < 3; call++) {
      const result = safeCall(
        'svc',
        () => new Promise((resolve) => clock.setTimer(() => resolve(1), 2_000)),
        slow,
      );
      await clock.advance(2_000);
      expect((await result).success).toBe(true);
    }
    expect(state()).toBe('open');
  });
});

describe('a cooldown that grows', () => {
  it('doubles with each failed probe up to its bound, and starts again after closing', async () => {
    const breaker = { cooldownGrowth: 2, maxCooldownMs: 100_000 };
    const { open, fail, succeed, clock } = harness();
    const waits: (number | undefined)[] = [];
    await open({ breaker });
    for (let probe = 0; probe < 4; probe++) {
      const { retryAfterMs = 0 } = failed(await succeed({ breaker })).error;
      waits.push(retryAfterMs);
      await clock.advance(retryAfterMs);
      await fail({ breaker });
    }
    expect(waits).toEqual([30_000, 60_000, 100_000, 100_000]);
    await clock.advance(100_000);
    await succeed({ breaker });
    await open({ breaker });
    expect(failed(await succeed({ breaker })).error.retryAfterMs).toBe(COOLDOWN);
  });
});

describe('a slow start', () => {
  it('lets more and more through', async () => {
    let dice = 0.5;
    const { open, succeed, clock } = harness({ random: () => dice });
    const breaker = { slowStartMs: 10_000 };
    await open({ breaker });
    await clock.advance(COOLDOWN);
    await succeed({ breaker });
    expect(failed(await succeed({ breaker })).error).toMatchObject({
      kind: 'CIRCUIT_OPEN',
      retryAfterMs: 1_000,
    });
    dice = 0.05;
    expect((await succeed({ breaker })).success).toBe(true);
    dice = 0.5;
    await clock.advance(6_000);
    expect((await succeed({ breaker })).success).toBe(true);
    dice = 0.99;
    expect((await succeed({ breaker })).success).toBe(false);
    await clock.advance(4_000);
    expect((await succeed({ breaker })).success).toBe(true);
  });
});

describe('force and reset', () => {
  it('turns every call of a service away until it is reset', async () => {
    const { forceCircuitBreaker, resetCircuitBreaker, succeed, clock, getCircuitBreakerStatus } = harness();
    forceCircuitBreaker('svc', 'open');
    await clock.advance(3_600_000);
    expect(failed(await succeed({ key: 'a' })).error.kind).toBe('CIRCUIT_OPEN');
    expect(getCircuitBreakerStatus('svc')).toMatchObject({ state: 'open', nextAttemptAt: null });
    resetCircuitBreaker('svc');
    expect((await succeed({ key: 'a' })).success).toBe(true);
  });

  it('lets every call through while forced closed', async () => {
    const { forceCircuitBreaker, open, fail, succeed, state } = harness();
    forceCircuitBreaker('svc', 'closed', 'a');
    for (let call = 0; call < 5; call++) await fail({ key: 'a', breaker: { service: false } });
    expect(state('a')).toBe('closed');
    await open({ key: 'b', breaker: { service: false } });
    expect((await succeed({ key: 'b' })).success).toBe(false);
    forceCircuitBreaker('svc', 'closed');
    expect((await succeed({ key: 'b' })).success).toBe(true);
    forceCircuitBreaker('svc', null);
    expect((await succeed({ key: 'b' })).success).toBe(true);
  });

  it('resets one key and leaves the others', async () => {
    const { open, resetCircuitBreaker, state, getCircuitBreakerStatus, on } = harness();
    const closed: (string | undefined)[] = [];
    on('close', (event) => closed.push(event.key));
    await open({ key: 'a' });
    await open({ key: 'b' });
    resetCircuitBreaker('svc', 'a');
    expect([state('a'), state('b')]).toEqual(['closed', 'open']);
    expect(closed).toEqual(['a']);
    const list = getCircuitBreakerStatus();
    expect(list.map((one) => [one.level, one.key, one.state])).toEqual([
      ['service', null, 'closed'],
      ['key', 'a', 'closed'],
      ['key', 'b', 'open'],
    ]);
    resetCircuitBreaker('svc');
    expect(state('b')).toBe('closed');
    resetCircuitBreaker('unknown');
  });
});

describe('the retry budget', () => {
  it('keeps retries a small share of an outage, and successes earn them back', async () => {
    const { safeCall, clock, on, succeed } = harness();
    const denied: string[] = [];
    let attempts = 0;
    on('budget', (event) => denied.push(event.kind));
    const bad = () => {
      attempts++;
      return Promise.reject(httpError(503));
    };
    const options = { retries: 1, retryBudget: { tokens: 10, perSecond: 0 }, breaker: { failures: 1e9 } };
    const calls = Array.from({ length: 50 }, () => safeCall('svc', bad, options));
    await clock.advance(5_000);
    await Promise.all(calls);
    expect(attempts).toBe(60);
    expect(denied).toHaveLength(40);
    for (let call = 0; call < 6; call++) await succeed(options);
    const next = safeCall('svc', bad, options);
    await clock.advance(5_000);
    expect(failed(await next).attempts).toBe(2);
  });

  it('refills with time, and can be turned off', async () => {
    const { safeCall, clock } = harness();
    const once = async (retryBudget: false | { tokens: number; perSecond: number }) => {
      const call = safeCall('svc', () => Promise.reject(httpError(503)), {
        retries: 1,
        retryBudget,
        breaker: { failures: 1e9 },
      });
      await clock.advance(2_000);
      return failed(await call).attempts;
    };
    const budget = { tokens: 1, perSecond: 0.1 };
    expect(await once(budget)).toBe(2);
    expect(await once(budget)).toBe(1);
    expect(await once(false)).toBe(2);
    await clock.advance(10_000);
    expect(await once(budget)).toBe(2);
  });
});
