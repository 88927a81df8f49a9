import { describe, expect, it } from 'vitest';
import { Breakers, type Permit } from './breakers.ts';
import { Emitter } from './emitter.ts';
import type { BreakerOptions } from './policy.ts';
import type { BreakerObserver } from './store.ts';
import { createTestClock } from './testing/test-clock.ts';

const REASON = { kind: 'NETWORK', message: 'down' } as const;
const COOLDOWN = 100;

/** Breakers whose every word to listeners and to the observer is written down. */
function setup(defaults: BreakerOptions = {}) {
  const clock = createTestClock(1_000);
  const emitter = new Emitter();
  const told: string[] = [];
  const heard: string[] = [];
  const breakers = new Breakers({
    clock,
    random: () => 0.5,
    emitter,
    maxBreakers: 100,
    defaults: { cooldownMs: COOLDOWN, ...defaults },
  });
  const observer: BreakerObserver = {
    failed: (name, key) => heard.push(`failed ${name} ${key}`),
    recovered: (name, key) => heard.push(`recovered ${name} ${key}`),
    opened: ({ name, key, level, remainingMs, failures, kind, message }, by, tick) =>
      heard.push(
        `opened ${level} ${name} ${key} ${remainingMs} ${failures} ${kind} ${message} ${by} ${typeof tick}`,
      ),
    closed: ({ name, key, level }, tick) => heard.push(`closed ${level} ${name} ${key} ${typeof tick}`),
    released: ({ name, key, level }, tick) => heard.push(`released ${level} ${name} ${key} ${typeof tick}`),
  };
  breakers.observer = observer;
  emitter.on('open', (e) =>
    told.push(`open ${e.level} ${e.name} ${e.key} ${e.kind} ${e.failures} ${e.retryAfterMs} ${e.remote}`),
  );
  emitter.on('half_open', (e) => told.push(`half_open ${e.level} ${e.name} ${e.key}`));
  emitter.on('close', (e) => told.push(`close ${e.level} ${e.name} ${e.key} ${e.remote}`));

  const admit = (key?: string) => breakers.admit('svc', key, 50, clock.now());
  function permit(key?: string): Permit {
    const answer = admit(key);
    if (!answer.admitted) throw new Error('was turned away');
    return answer;
  }
  function settle(verdict: 'success' | 'failure' | 'neutral', key?: string, own = permit(key)) {
    const state = breakers.settle('svc', key, own, verdict, undefined, clock.now(), REASON);
    expect(state).toBe(breakers.stateOf('svc', key));
  }
  const words = (list: string[]) => list.splice(0, list.length);
  return {
    breakers,
    clock,
    admit,
    permit,
    settle,
    told: () => words(told),
    heard: () => words(heard),
    open(key?: string) {
      for (let n = 0; n < 3; n++) settle('failure', key);
      words(told);
      words(heard);
    },
  };
}

describe('what is reported about a key', () => {
  it('each failure, the opening, the probe, the close', async () => {
    const { settle, clock, told, heard } = setup();
    for (let n = 0; n < 3; n++) settle('failure', 'a');
    expect(told()).toEqual(['open key svc a NETWORK 3 100 false']);
    const opened = 'opened key svc a 100 3 NETWORK down failures number';
    expect(heard()).toEqual(['failed svc a', 'failed svc a', opened, 'failed svc a']);
    await clock.advance(COOLDOWN);
    settle('failure', 'a');
    expect(told()).toEqual(['half_open key svc a', 'open key svc a NETWORK 4 100 false']);
    expect(heard()).toEqual(['opened key svc a 100 4 NETWORK down probe number', 'failed svc a']);
    await clock.advance(COOLDOWN);
    settle('success', 'a');
    expect(told()).toEqual(['half_open key svc a', 'close key svc a false']);
    expect(heard()).toEqual(['closed key svc a number']);
  });

  it('a recovery once, and only after failures', () => {
    const { settle, heard } = setup();
    settle('success', 'a');
    settle('failure', 'a');
    settle('neutral', 'a');
    settle('success', 'a');
    settle('success', 'a');
    expect(heard()).toEqual(['failed svc a', 'recovered svc a']);
  });

  it('a stale success isn’t a recovery', async () => {
    const { settle, permit, open, clock, heard } = setup();
    const stale = permit('a');
    open('a');
    await clock.advance(COOLDOWN);
    settle('success', 'a');
    settle('failure', 'a');
    heard();
    settle('success', 'a', stale);
    settle('failure', 'a', stale);
    expect(heard()).toEqual([]);
  });

  it('a probe that decided nothing is released, with its key', async () => {
    const { settle, open, clock, told, heard, breakers } = setup();
    open('a');
    await clock.advance(COOLDOWN);
    settle('neutral', 'a');
    expect(told()).toEqual(['half_open key svc a']);
    expect(heard()).toEqual(['released key svc a number']);
    expect(breakers.stateOf('svc', 'a')).toBe('open');
    settle('neutral', 'b');
    expect(heard()).toEqual([]);
  });

  it('a hold opens it, and everyone who asks hears how long', () => {
    const { breakers, permit, admit, told, heard } = setup();
    breakers.hold('svc', 'a', permit('a'), 500, 1_000, { kind: 'RATE_LIMIT', message: 'slow down' });
    expect(told()).toEqual(['open key svc a RATE_LIMIT 0 500 false']);
    expect(heard()).toEqual(['opened key svc a 500 0 RATE_LIMIT slow down hold undefined']);
    const reason = { kind: 'RATE_LIMIT', message: 'slow down' };
    expect(admit('a')).toEqual({ admitted: false, level: 'key', retryAfterMs: 500, reason });
  });
});

describe('what is reported about a service', () => {
  const fail5 = (settle: (verdict: 'failure', key: string) => void) => {
    for (const key of ['a', 'b', 'c', 'd', 'e']) settle('failure', key);
  };

  it('opening, probe and close carry no key', async () => {
    const { settle, clock, told, heard, admit } = setup();
    fail5(settle);
    expect(told()).toEqual(['open service svc undefined NETWORK 5 100 false']);
    expect(heard().at(-1)).toBe('opened service svc undefined 100 5 NETWORK down failures undefined');
    expect(admit('z')).toEqual({ admitted: false, level: 'service', retryAfterMs: 100, reason: REASON });
    await clock.advance(COOLDOWN);
    settle('neutral', 'z');
    expect(heard()).toEqual(['released service svc undefined number']);
    settle('success', 'z');
    expect(told()).toEqual([
      'half_open service svc undefined',
      'half_open service svc undefined',
      'close service svc undefined false',
    ]);
    expect(heard()).toEqual(['closed service svc undefined number']);
  });

  it('one call can be the probe of both levels', async () => {
    const { settle, open, clock, permit, told, breakers } = setup();
    open('a');
    for (const key of ['b', 'c', 'd', 'e']) settle('failure', key);
    told();
    await clock.advance(COOLDOWN);
    const probe = permit('a');
    expect(probe.probes).toEqual(['service', 'key']);
    expect(told()).toEqual(['half_open service svc undefined', 'half_open key svc a']);
    settle('success', 'a', probe);
    expect(told()).toEqual(['close key svc a false', 'close service svc undefined false']);
    expect([breakers.stateOf('svc', 'a'), breakers.levelState('svc', undefined, 'service')]).toEqual([
      'closed',
      'closed',
    ]);
  });

  it('counts the calls that begin right after it closed', async () => {
    const { breakers, settle, clock } = setup();
    fail5(settle);
    await clock.advance(COOLDOWN);
    settle('success', 'z');
    for (const key of ['v', 'w', 'x', 'y', 'z']) settle('failure', key);
    expect(breakers.levelState('svc', undefined, 'service')).toBe('open');
  });

  it('waits for the lease of another process too', async () => {
    const { breakers, settle, clock, permit, admit } = setup();
    fail5(settle);
    await clock.advance(COOLDOWN);
    const probe = permit('z');
    breakers.yieldProbe('svc', 'z', probe, 70);
    expect(admit('y')).toMatchObject({ admitted: false, level: 'service', retryAfterMs: 70 });
    await clock.advance(70);
    const next = permit('z');
    breakers.yieldProbe('svc', 'z', probe, 9_000);
    expect(breakers.levelState('svc', undefined, 'service')).toBe('half_open');
    settle('success', 'z', next);
    breakers.yieldProbe('svc', 'z', next, 9_000);
    expect(breakers.levelState('svc', undefined, 'service')).toBe('closed');
  });

  it('while forced it counts nothing', () => {
    const { breakers, settle, admit } = setup();
    breakers.force('svc', undefined, 'closed');
    fail5(settle);
    expect(breakers.levelState('svc', undefined, 'service')).toBe('closed');
    breakers.force('svc', undefined, null);
    expect(admit('z').admitted).toBe(true);
    expect(breakers.status('svc').failures).toBe(0);
  });

  it('its state comes before the key’s', () => {
    const { breakers, open, settle } = setup();
    open('a');
    expect(breakers.stateOf('svc', 'a')).toBe('open');
    expect(breakers.stateOf('svc', 'b')).toBe('closed');
    expect(breakers.stateOf('other', 'a')).toBe('closed');
    for (const key of ['b', 'c', 'd', 'e']) settle('failure', key);
    expect(breakers.stateOf('svc', 'z')).toBe('open');
    expect(breakers.levelState('svc', 'z', 'key')).toBe('closed');
    expect(breakers.levelState('other', 'z', 'key')).toBe('closed');
    expect(breakers.levelState('other', undefined, 'service')).toBe('closed');
  });
});

describe('news of other processes', () => {
  const news = { name: 'svc', key: 'a', level: 'key', remainingMs: 400, failures: 7, ...REASON } as const;

  it('is applied, reported as remote, and not passed on', () => {
    const { breakers, told, heard, admit } = setup();
    breakers.applyOpen(news);
    expect(told()).toEqual(['open key svc a NETWORK 7 400 true']);
    expect(admit('a')).toEqual({ admitted: false, level: 'key', retryAfterMs: 400, reason: REASON });
    breakers.applyClose('svc', 'a', 'key');
    expect(told()).toEqual(['close key svc a true']);
    breakers.applyOpen({ ...news, level: 'service', key: undefined });
    breakers.applyClose('svc', undefined, 'service');
    expect(told()).toEqual([
      'open service svc undefined NETWORK 7 400 true',
      'close service svc undefined true',
    ]);
    expect(heard()).toEqual([]);
  });

  it('news of something unknown changes nothing', () => {
    const { breakers, told } = setup();
    breakers.applyClose('svc', 'a', 'key');
    breakers.applyClose('svc', undefined, 'service');
    breakers.applyOpen(news);
    told();
    breakers.applyClose('svc', 'b', 'key');
    expect(told()).toEqual([]);
  });

  it('does not move what is forced here', () => {
    const { breakers, told } = setup();
    breakers.force('svc', 'a', 'closed');
    breakers.applyOpen(news);
    expect(breakers.stateOf('svc', 'a')).toBe('closed');
    breakers.force('svc', 'b', 'open');
    told();
    breakers.applyClose('svc', 'b', 'key');
    expect(breakers.stateOf('svc', 'b')).toBe('open');
    expect(told()).toEqual([]);
  });

  it('an opening that is due already asks for a probe', () => {
    const { breakers, permit } = setup();
    breakers.applyOpen({ ...news, remainingMs: 0 });
    expect(permit('a').probes).toEqual(['key']);
  });

  it('a probe given up to another process waits for its lease', async () => {
    const { breakers, open, clock, permit, admit, told } = setup();
    open('a');
    const openedAt = breakers.status('svc', 'a').openedAt;
    await clock.advance(COOLDOWN);
    const probe = permit('a');
    told();
    breakers.yieldProbe('svc', 'a', probe, 70);
    expect(admit('a')).toMatchObject({ admitted: false, retryAfterMs: 70 });
    expect(breakers.status('svc', 'a').openedAt).toEqual(openedAt);
    expect(told()).toEqual([]);
    breakers.yieldProbe('svc', 'a', probe, 9_000);
    breakers.yieldProbe('unknown', 'a', probe, 9_000);
    expect(admit('a')).toMatchObject({ retryAfterMs: 70 });
  });
});

describe('by hand', () => {
  it('a force is reported here and not to others; a reset is reported to all', () => {
    const { breakers, told, heard, open } = setup();
    breakers.force('svc', 'a', 'open');
    breakers.force('svc', undefined, 'open');
    expect(told()).toEqual([
      'open key svc a undefined 0 0 true',
      'open service svc undefined undefined 0 0 true',
    ]);
    expect(heard()).toEqual([]);
    breakers.reset('svc');
    expect(told()).toEqual(['close key svc a false', 'close service svc undefined false']);
    expect(heard()).toEqual(['closed key svc a undefined', 'closed service svc undefined undefined']);
    open('b');
    breakers.force('svc', 'b', 'closed');
    expect(told()).toEqual(['close key svc b true']);
    expect(heard()).toEqual([]);
  });

  it('a hold does not move what is forced', () => {
    const { breakers, permit } = setup();
    breakers.force('svc', 'a', 'closed');
    breakers.hold('svc', 'a', permit('a'), 500, 1_000, REASON);
    expect(breakers.stateOf('svc', 'a')).toBe('closed');
  });

  it('with a window every call has an entry, neutral ones do not', () => {
    const { breakers, settle } = setup({ window: { by: { size: 5 } } });
    settle('neutral', 'a');
    expect(breakers.stats.breakers).toBe(0);
    settle('success', 'a');
    expect(breakers.stats.breakers).toBe(1);
  });
});
