import { describe, expect, it, vi } from 'vitest';
import { createSafeCall } from './create-safe-call.ts';
import { createTestClock } from './testing/test-clock.ts';
import type { SafeCallResult } from './types.ts';

function setup(config: Parameters<typeof createSafeCall>[0] = {}) {
  const clock = createTestClock();
  const instance = createSafeCall({ clock, random: () => 0.5, ...config });
  return { clock, ...instance };
}

const refused = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
const status = (code: number, extra: object = {}) =>
  Promise.reject(Object.assign(new Error(`status ${code}`), { status: code, ...extra }));

function failure<T>(result: SafeCallResult<T>) {
  if (result.success) throw new Error('expected a failure');
  return result;
}

describe('a call', () => {
  it('answers with the data', async () => {
    const { safeCall } = setup();
    expect(await safeCall('svc', async () => 42)).toEqual({
      success: true,
      data: 42,
      attempts: 1,
      elapsedMs: 0,
    });
  });

  it('takes a function that is not async', async () => {
    const { safeCall } = setup();
    expect(await safeCall('svc', () => 42)).toMatchObject({ success: true, data: 42 });
    const thrown = await safeCall(
      'svc',
      () => {
        throw new TypeError('a bug');
      },
      {},
    );
    expect(failure(thrown).error).toMatchObject({ kind: 'PERMANENT', message: 'a bug' });
  });

  it('retries a temporary error after 1, 2 and 4 seconds', async () => {
    const { safeCall, clock, on } = setup();
    const delays: number[] = [];
    on('retry', (event) => delays.push(event.delayMs));
    const fn = vi.fn(() => status(503));
    const call = safeCall('svc', fn);
    await clock.advance(7_000);
    const result = failure(await call);
    expect(delays).toEqual([1000, 2000, 4000]);
    expect(result.error).toMatchObject({ kind: 'TEMPORARY', status: 503 });
    expect(result).toMatchObject({ attempts: 4, elapsedMs: 7000, circuit: 'closed', ambiguous: true });
    expect(result.error.history.map((one) => one.attempt)).toEqual([1, 2, 3, 4]);
  });

  it('retries a broken connection at once, then after 1 and 2 seconds', async () => {
    const { safeCall, clock, on } = setup();
    const delays: number[] = [];
    on('retry', (event) => delays.push(event.delayMs));
    const call = safeCall('svc', refused);
    await clock.advance(3_000);
    const result = failure(await call);
    expect(delays).toEqual([0, 1000, 2000]);
    expect(result).toMatchObject({ attempts: 4, ambiguous: false });
  });

  it.each([
    [401, 'AUTH'],
    [404, 'PERMANENT'],
  ])('does not retry a %i', async (code, kind) => {
    const { safeCall } = setup();
    const fn = vi.fn(() => status(code));
    expect(failure(await safeCall('svc', fn)).error.kind).toBe(kind);
    expect(fn).toHaveBeenCalledOnce();
  });

  it('times an attempt out, aborts its signal and says that the work may be done', async () => {
    const { safeCall, clock } = setup();
    let seen: AbortSignal | undefined;
    const call = safeCall(
      'svc',
      ({ signal }) => {
        seen = signal;
        return new Promise(() => {});
      },
      { timeoutMs: 200, retries: 0 },
    );
    await clock.advance(200);
    const result = failure(await call);
    expect(result).toMatchObject({ error: { kind: 'TIMEOUT' }, ambiguous: true, elapsedMs: 200 });
    expect(seen?.aborted).toBe(true);
    expect(seen?.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('does not try retries that cannot fit into the deadline', async () => {
    const { safeCall, clock } = setup();
    const call = safeCall('svc', () => status(500), { deadlineMs: 2_500 });
    await clock.advance(1_000);
    expect(failure(await call)).toMatchObject({ attempts: 2, elapsedMs: 1000 });
  });

  it('cuts the last attempt at the deadline', async () => {
    const { safeCall, clock } = setup();
    const call = safeCall('svc', () => new Promise(() => {}), { deadlineMs: 2_500 });
    await clock.advance(2_500);
    expect(failure(await call)).toMatchObject({ error: { kind: 'TIMEOUT' }, attempts: 1, elapsedMs: 2500 });
  });

  it('does not start with no time left', async () => {
    const { safeCall } = setup();
    const fn = vi.fn();
    expect(failure(await safeCall('svc', fn, { deadlineMs: 0 }))).toMatchObject({
      error: { kind: 'TIMEOUT' },
      ambiguous: false,
    });
    expect(fn).not.toHaveBeenCalled();
  });

  it('opens after three failed calls, says so, and lets one probe through after 30 seconds', async () => {
    const { safeCall, clock, on, getCircuitBreakerStatus } = setup();
    const events: string[] = [];
    for (const event of ['open', 'half_open', 'close'] as const)
      on(event, (e) => events.push(`${event} ${e.name}`));
    for (let call = 0; call < 3; call++) await safeCall('svc', refused, { retries: 0 });
    expect(getCircuitBreakerStatus('svc')).toMatchObject({ state: 'open', failures: 3, key: null });

    const fn = vi.fn(async () => 'back');
    const rejected = failure(await safeCall('svc', fn));
    expect(fn).not.toHaveBeenCalled();
    expect(rejected).toMatchObject({
      userMessage: 'Our system is updating, please try again in a moment.',
      circuit: 'open',
      attempts: 0,
      ambiguous: false,
      error: { kind: 'CIRCUIT_OPEN', retryAfterMs: 30_000, cause: { kind: 'NETWORK', message: 'refused' } },
    });

    await clock.advance(30_000);
    expect(await safeCall('svc', fn)).toMatchObject({ success: true, data: 'back' });
    expect(getCircuitBreakerStatus('svc')).toMatchObject({ state: 'closed', failures: 0 });
    expect(events).toEqual(['open svc', 'half_open svc', 'close svc']);
  });

  it('reports the state that the call left behind, also after Retry-After and after a listener', async () => {
    const { safeCall, on, resetCircuitBreaker } = setup({ defaults: { retries: 0 } });
    const limited = () => status(429, { headers: { 'retry-after': '60' } });
    expect(failure(await safeCall('held', limited)).circuit).toBe('open');
    on('failure', ({ name }) => resetCircuitBreaker(name));
    for (let call = 0; call < 3; call++) {
      expect(failure(await safeCall('reset', refused, { breaker: { failures: 1 } })).circuit).toBe('closed');
    }
  });

  it('keeps the breakers of tenants apart', async () => {
    const { safeCall } = setup();
    for (let call = 0; call < 3; call++) await safeCall('svc', refused, { retries: 0, key: 'a' });
    expect(failure(await safeCall('svc', async () => 1, { key: 'a' })).error.kind).toBe('CIRCUIT_OPEN');
    expect(await safeCall('svc', async () => 1, { key: 'b' })).toMatchObject({ success: true });
    expect(await safeCall('svc', async () => 1)).toMatchObject({ success: true });
  });

  it('opens the service itself when five tenants fail within 30 seconds', async () => {
    const { safeCall, on, getCircuitBreakerStatus } = setup();
    const levels: string[] = [];
    on('open', (event) => levels.push(event.level));
    for (const key of ['a', 'b', 'c', 'd']) await safeCall('svc', refused, { retries: 0, key });
    expect(await safeCall('svc', async () => 1, { key: 'z' })).toMatchObject({ success: true });
    await safeCall('svc', refused, { retries: 0, key: 'e' });
    expect(levels).toEqual(['service']);
    expect(failure(await safeCall('svc', async () => 1, { key: 'z' })).error.kind).toBe('CIRCUIT_OPEN');
    expect(getCircuitBreakerStatus('svc')).toMatchObject({ state: 'open', level: 'service' });
  });

  it('waits for a Retry-After that is short and holds the key in the meantime', async () => {
    const { safeCall, clock } = setup();
    const fn = vi.fn().mockImplementationOnce(() => status(429, { headers: { 'retry-after': '2' } }));
    fn.mockResolvedValue('sent');
    const call = safeCall('svc', fn, { idempotent: false });
    await clock.advance(0);
    const other = failure(await safeCall('svc', async () => 1));
    expect(other.error).toMatchObject({ kind: 'CIRCUIT_OPEN', retryAfterMs: 2000 });
    await clock.advance(1_999);
    expect(fn).toHaveBeenCalledOnce();
    await clock.advance(201);
    expect(await call).toMatchObject({ success: true, data: 'sent', attempts: 2 });
  });

  it('uses the fallback, a value or a function of the failure', async () => {
    const { safeCall } = setup();
    const value = await safeCall<string[]>('svc', () => status(404), { fallback: [] });
    expect(value).toMatchObject({ success: true, data: [], fallbackFor: { kind: 'PERMANENT' } });
    const computed = await safeCall<string>('svc', () => status(404), { fallback: (error) => error.kind });
    expect(computed).toMatchObject({ success: true, data: 'PERMANENT' });
    const broken = await safeCall<string>('svc', () => status(404), {
      fallback: () => Promise.reject(new Error('x')),
    });
    expect(failure(broken).error.kind).toBe('PERMANENT');
  });

  it('throws on request, with the kind and the cause', async () => {
    const { safeCall } = setup();
    expect(await safeCall.orThrow('svc', async () => 7)).toBe(7);
    const cause = Object.assign(new Error('gone'), { status: 410 });
    await expect(safeCall.orThrow('svc', () => Promise.reject(cause), { key: 'k' })).rejects.toMatchObject({
      name: 'SafeCallError',
      kind: 'PERMANENT',
      service: 'svc',
      key: 'k',
      cause,
    });
  });
});
