import { describe, expect, it } from 'vitest';
import { failed, harness, httpError, refused } from './harness.ts';

const COOLDOWN = 30_000;

describe('H1: a stale failure does not re-open', () => {
  it('a call from before that fails during half-open has no say; the probe closes', async () => {
    const { start, open, clock, state, failures } = harness();
    const stale = await start();
    await open();
    await clock.advance(COOLDOWN);
    const probe = await start();
    expect(state()).toBe('half_open');
    stale.reject(refused());
    await stale.result;
    expect(state()).toBe('half_open');
    probe.resolve('back');
    await probe.result;
    expect(state()).toBe('closed');
    expect(failures()).toBe(0);
  });

  it('a call from before that fails after the close is not counted', async () => {
    const { start, open, clock, succeed, failures } = harness();
    const stale = await start();
    await open();
    await clock.advance(COOLDOWN);
    await succeed();
    stale.reject(refused());
    await stale.result;
    expect(failures()).toBe(0);
  });

  it('the same holds on the level of the service', async () => {
    const { start, fail, clock, state, succeed } = harness();
    const stale = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => start({ key })));
    for (const key of ['f', 'g', 'h', 'i', 'j']) await fail({ key });
    expect(state()).toBe('open');
    await clock.advance(COOLDOWN);
    await succeed({ key: 'z' });
    expect(state()).toBe('closed');
    for (const call of stale) call.reject(refused());
    await Promise.all(stale.map((call) => call.result));
    expect(state()).toBe('closed');
  });
});

describe('H2: a stale success does not close', () => {
  it('only the probe decides', async () => {
    const { start, open, clock, state } = harness();
    const stale = await start();
    await open();
    await clock.advance(COOLDOWN);
    const probe = await start();
    stale.resolve('old answer');
    await stale.result;
    expect(state()).toBe('half_open');
    probe.reject(refused());
    await probe.result;
    expect(state()).toBe('open');
  });

  it('a stale success does not wipe the failures of an open breaker', async () => {
    const { start, open, state, succeed } = harness();
    const stale = await start();
    await open();
    stale.resolve('old answer');
    await stale.result;
    expect(state()).toBe('open');
    expect(failed(await succeed()).error.kind).toBe('CIRCUIT_OPEN');
  });
});

describe('H3: no herd at half-open', () => {
  it('one of 500 callers passes, the others hear when to come back', async () => {
    const { safeCall, open, clock } = harness();
    await open();
    await clock.advance(COOLDOWN);
    let calls = 0;
    let finish: (value: string) => void = () => {};
    const answer = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const results = Array.from({ length: 500 }, () =>
      safeCall('svc', () => {
        calls++;
        return answer;
      }),
    );
    const rejected = await Promise.all(results.slice(1));
    expect(calls).toBe(1);
    for (const result of rejected) {
      expect(failed(result).error).toMatchObject({ kind: 'CIRCUIT_OPEN', retryAfterMs: expect.any(Number) });
      expect(failed(result).error.retryAfterMs).toBeGreaterThan(0);
    }
    finish('back');
    expect(await results[0]).toMatchObject({ success: true, data: 'back' });
  });
});

describe('H4: a probe that never settles', () => {
  it('loses its lease after the cooldown, and the next call is the probe', async () => {
    const { start, open, clock, succeed, state } = harness();
    await open();
    await clock.advance(COOLDOWN);
    const hung = await start();
    await clock.advance(COOLDOWN - 1);
    expect(failed(await succeed()).error.kind).toBe('CIRCUIT_OPEN');
    await clock.advance(1);
    const second = await start();
    hung.resolve('far too late');
    await hung.result;
    expect(state()).toBe('half_open');
    second.resolve('back');
    await second.result;
    expect(state()).toBe('closed');
  });

  it('holds no longer than the deadline of its call', async () => {
    const { start, open, clock, succeed } = harness();
    await open();
    await clock.advance(COOLDOWN);
    const probe = await start({ deadlineMs: 2_500 });
    await clock.advance(2_500);
    expect(failed(await probe.result).error.kind).toBe('TIMEOUT');
    expect(failed(await succeed()).error).toMatchObject({ kind: 'CIRCUIT_OPEN', retryAfterMs: COOLDOWN });
  });
});

describe('H5: errors that are not failures of the service', () => {
  it.each([401, 403, 404, 409, 422])('%i never opens the breaker', async (status) => {
    const { fail, state, failures } = harness();
    for (let call = 0; call < 10; call++) await fail({}, httpError(status));
    expect(state()).toBe('closed');
    expect(failures()).toBe(0);
  });

  it('an answer of 4xx to the probe closes: the service is reachable', async () => {
    const { open, fail, clock, state } = harness();
    await open();
    await clock.advance(COOLDOWN);
    await fail({}, httpError(404));
    expect(state()).toBe('closed');
  });

  it('a bug of ours during the probe decides nothing; the next call is the probe', async () => {
    const { open, fail, clock, state, succeed } = harness();
    await open();
    await clock.advance(COOLDOWN);
    await fail({}, new TypeError('undefined is not a function'));
    expect(state()).toBe('open');
    await succeed();
    expect(state()).toBe('closed');
  });

  it('429 isn’t a failure', async () => {
    const { fail, failures, state } = harness();
    for (let call = 0; call < 5; call++) await fail({}, httpError(429));
    expect(failures()).toBe(0);
    expect(state()).toBe('closed');
  });
});

describe('H6: the caller hung up', () => {
  it('cancelled calls open nothing', async () => {
    const { safeCall, state, failures } = harness();
    for (let call = 0; call < 5; call++) {
      const controller = new AbortController();
      const result = safeCall('svc', () => new Promise(() => {}), { signal: controller.signal });
      controller.abort();
      expect(failed(await result)).toMatchObject({ error: { kind: 'CANCELLED' }, ambiguous: true });
    }
    expect(failures()).toBe(0);
    expect(state()).toBe('closed');
  });

  it('a cancelled probe hands its lease back', async () => {
    const { open, start, clock, state, succeed } = harness();
    await open();
    await clock.advance(COOLDOWN);
    const controller = new AbortController();
    const probe = await start({ signal: controller.signal });
    controller.abort();
    await probe.result;
    await succeed();
    expect(state()).toBe('closed');
  });

  it('a signal that was aborted before is answered without a call', async () => {
    const { safeCall } = harness();
    let called = false;
    const result = await safeCall('svc', () => (called = true), { signal: AbortSignal.abort() });
    expect(failed(result)).toMatchObject({ error: { kind: 'CANCELLED' }, ambiguous: false, attempts: 0 });
    expect(called).toBe(false);
  });
});

describe('H7: local overload is not remote failure', () => {
  it('a call that an inner breaker turned away is not counted by the outer one', async () => {
    const { safeCall, open, state } = harness();
    await open();
    for (let call = 0; call < 5; call++) {
      const result = await safeCall('outer', () => safeCall.orThrow('svc', async () => 1), { retries: 0 });
      expect(failed(result).error.kind).toBe('CIRCUIT_OPEN');
    }
    expect(state()).toBe('open');
    expect(await safeCall('outer', async () => 1)).toMatchObject({ success: true });
  });
});
