import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { afterRetryAfter, backoffDelay } from '../backoff.ts';
import type { ErrorKind } from '../types.ts';
import { failed, harness, httpError, refused } from './harness.ts';

describe('H17: work that may not be done twice', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });

  it.each([
    ['a reset connection', reset],
    ['a 503', httpError(503)],
    ['an error nobody knows', new Error('?')],
  ])('is not retried after %s', async (_, error) => {
    const { safeCall } = harness();
    const fn = vi.fn(() => Promise.reject(error));
    expect(failed(await safeCall('svc', fn, { idempotent: false }))).toMatchObject({
      ambiguous: true,
      attempts: 1,
    });
  });

  it('is not retried after a timeout', async () => {
    const { safeCall, clock } = harness();
    const call = safeCall('svc', () => new Promise(() => {}), { idempotent: false });
    await clock.advance(60_000);
    expect(failed(await call)).toMatchObject({ ambiguous: true, attempts: 1, error: { kind: 'TIMEOUT' } });
  });

  it.each([
    ['a refused connection', refused()],
    ['a name that is not found', Object.assign(new Error('x'), { code: 'ENOTFOUND' })],
    ['a 429', httpError(429)],
  ])('is retried after %s: it surely was not processed', async (_, error) => {
    const { safeCall, clock } = harness();
    const fn = vi.fn().mockRejectedValueOnce(error).mockResolvedValue('sent');
    const call = safeCall('svc', fn, { idempotent: false });
    await clock.advance(10_000);
    expect(await call).toMatchObject({ success: true, data: 'sent', attempts: 2 });
  });
});

describe('H18: growth with the number of tenants', () => {
  it('a healthy tenant has no entry', async () => {
    const { succeed, stats } = harness();
    for (let n = 0; n < 10_000; n++) await succeed({ key: `tenant-${n}` });
    expect(stats().breakers).toBe(0);
  });

  it('a tenant that recovered has none either', async () => {
    const { fail, succeed, stats } = harness();
    for (let n = 0; n < 100; n++) {
      await fail({ key: `${n}`, breaker: { service: false } });
      await succeed({ key: `${n}` });
    }
    expect(stats().breakers).toBe(0);
  });

  it('sick tenants that never come back are swept', async () => {
    const { open, clock, stats, fail, failures } = harness();
    for (let n = 0; n < 1_000; n++) await open({ key: `${n}`, breaker: { service: false } });
    expect(stats().breakers).toBe(1_000);
    expect(failures()).toBe(0);
    await clock.advance(3_600_000);
    await fail({ key: 'new' });
    expect(stats().breakers).toBe(1);
  });

  it('there is a bound, and the oldest goes first', async () => {
    const { fail, stats } = harness({ maxBreakers: 100 });
    for (let n = 0; n < 250; n++) await fail({ key: `${n}`, breaker: { service: false } });
    expect(stats()).toMatchObject({ breakers: 100, evicted: 150 });
  });
});

describe('H19: the cost of a failure', () => {
  it('does not depend on traffic: a breaker keeps counters and nothing else', async () => {
    const { fail, stats, getCircuitBreakerStatus } = harness();
    for (let call = 0; call < 20_000; call++) await fail({ breaker: { failures: 1e9 } });
    expect(getCircuitBreakerStatus('svc').failures).toBe(20_000);
    expect(stats()).toMatchObject({ breakers: 1, pending: 0 });
  });
});

describe('H20: shared options', () => {
  it('are never written to, and two breakers made from one object share nothing', async () => {
    const options = Object.freeze({ retries: 0, breaker: Object.freeze({ failures: 2 }) });
    const { safeCall, getCircuitBreakerStatus } = harness();
    for (let call = 0; call < 2; call++) await safeCall('one', () => Promise.reject(refused()), options);
    expect(getCircuitBreakerStatus('one').state).toBe('open');
    expect(getCircuitBreakerStatus('two').state).toBe('closed');
  });

  it('defaults are copied: changing them later changes nothing', async () => {
    const defaults = { retries: 0 };
    const { safeCall } = harness({ defaults });
    defaults.retries = 5;
    expect(failed(await safeCall('svc', () => Promise.reject(refused()))).attempts).toBe(1);
  });
});

describe('H22: jitter', () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('never makes a retry earlier than Retry-After', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), unit, (asked, random) => {
        const delay = afterRetryAfter(asked, random);
        return delay >= asked && delay <= asked * 1.1 + 1;
      }),
    );
  });

  it('keeps a back-off within 20 % of its step and under its bound', () => {
    const kind = fc.constantFrom<ErrorKind>('NETWORK', 'TEMPORARY', 'TIMEOUT', 'RATE_LIMIT');
    fc.assert(
      fc.property(
        fc.nat(40),
        kind,
        fc.integer({ min: 1, max: 10_000 }),
        unit,
        (retry, first, base, random) => {
          const delay = backoffDelay(retry, first, base, 30_000, random);
          const step = retry - (first === 'NETWORK' ? 1 : 0);
          if (step < 0) return delay === 0;
          const plain = Math.min(base * 2 ** step, 30_000);
          return delay >= plain * 0.8 - 1e-6 && delay <= Math.min(plain * 1.2, 30_000) + 1e-6;
        },
      ),
    );
  });
});
