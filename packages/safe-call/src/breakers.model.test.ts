import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { Breakers, type Permit } from './breakers.ts';
import { Emitter } from './emitter.ts';
import { createTestClock } from './testing/test-clock.ts';

/**
 * The breakers against a model that is written the plain way: it remembers which permits belong to the present
 * state, where the real ones compare ticks. Permits settle in any order, after any number of transitions.
 */
const COOLDOWN = 1_000;
const LEASE = 400;
const FAILURES = 3;
const MAX_AGE = 2_500;
const KEYS = 4;
const WITHIN = 700;
const OPTIONS = {
  failures: FAILURES,
  cooldownMs: COOLDOWN,
  failureMaxAgeMs: MAX_AGE,
  service: { keys: KEYS, withinMs: WITHIN },
};
/** A closed breaker is remembered for a cooldown; permits that live longer are outside of the promise. */
const OLDEST_PERMIT = 2 * COOLDOWN;

interface Flight {
  key: string;
  permit: Permit;
  since: number;
}

type State =
  | { is: 'closed'; failures: number; agesAt: number }
  | { is: 'open'; until: number }
  | { is: 'half_open'; probe: Flight; leaseUntil: number };

class Model {
  state: State = { is: 'closed', failures: 0, agesAt: 0 };
  /** The flights that began in the present state. */
  valid = new Set<Flight>();

  become(state: State): void {
    this.state = state;
    this.valid = new Set();
  }

  wait(now: number): number {
    const { state } = this;
    if (state.is === 'closed') return 0;
    const until = state.is === 'open' ? state.until : state.leaseUntil;
    return until > now ? until - now : -1;
  }

  admitted(flight: Flight, now: number): void {
    if (this.state.is !== 'closed') this.become({ is: 'half_open', probe: flight, leaseUntil: now + LEASE });
    this.valid.add(flight);
  }

  /** True when it was the probe, whose word decides. */
  settleProbe(flight: Flight, verdict: string, now: number): boolean {
    if (this.state.is !== 'half_open' || this.state.probe !== flight) return false;
    if (verdict === 'success') this.become({ is: 'closed', failures: 0, agesAt: 0 });
    else this.become({ is: 'open', until: verdict === 'failure' ? now + COOLDOWN : now });
    return true;
  }

  settle(flight: Flight, verdict: string, now: number): void {
    if (this.settleProbe(flight, verdict, now) || this.state.is !== 'closed' || !this.valid.has(flight))
      return;
    if (verdict === 'success') this.state.failures = 0;
    if (verdict !== 'failure') return;
    if (now >= this.state.agesAt) this.state.failures = 0;
    this.state.failures++;
    this.state.agesAt = now + MAX_AGE;
    if (this.state.failures >= FAILURES) this.become({ is: 'open', until: now + COOLDOWN });
  }
}

class Both {
  readonly keys = new Map<string, Model>();
  readonly service = new Model();
  failing = new Map<string, number>();

  key(key: string): Model {
    const model = this.keys.get(key) ?? new Model();
    this.keys.set(key, model);
    return model;
  }

  settle(flight: Flight, verdict: string, now: number): void {
    const key = this.key(flight.key);
    const isStale = !key.valid.has(flight);
    key.settle(flight, verdict, now);
    if (this.service.state.is !== 'closed') this.service.settleProbe(flight, verdict, now);
    else if (!isStale && this.service.valid.has(flight)) this.count(flight.key, verdict, now);
  }

  count(key: string, verdict: string, now: number): void {
    if (verdict === 'neutral') return;
    if (verdict === 'success') this.failing.delete(key);
    if (verdict !== 'failure') return;
    this.failing.set(key, now);
    const recent = [...this.failing].filter(([, at]) => now - at < WITHIN);
    this.failing = new Map(recent);
    if (recent.length < KEYS) return;
    this.failing.clear();
    this.service.become({ is: 'open', until: now + COOLDOWN });
  }

  hold(flight: Flight, ms: number, now: number): void {
    const key = this.key(flight.key);
    if (key.state.is === 'half_open' && key.state.probe !== flight) return;
    if (key.state.is === 'open' && key.state.until >= now + ms) return;
    key.become({ is: 'open', until: now + ms });
  }
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const verdict = fc.constantFrom('success', 'failure', 'failure', 'failure', 'neutral');
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('start' as const), key }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(20), verdict }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 100, 399, 400, 700, 1_000, 1_500),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      which: fc.nat(20),
      ms: fc.constantFrom(50, 2_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), key }) },
);

function play(steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): void {
  let now = 1_000;
  const clock = { ...createTestClock(), now: () => now };
  const breakers = new Breakers({
    clock,
    random: () => 0.5,
    emitter: new Emitter(),
    maxBreakers: 1_000,
    defaults: OPTIONS,
  });
  const model = new Both();
  let flights: Flight[] = [];

  function settle(flight: Flight, how: string): void {
    flights = flights.filter((one) => one !== flight);
    const reason = { kind: 'NETWORK', message: '' } as const;
    breakers.settle('svc', flight.key, flight.permit, how as 'success', undefined, now, reason);
    model.settle(flight, how, now);
  }

  function start(forKey: string): void {
    const serviceWait = model.service.wait(now);
    const keyWait = model.key(forKey).wait(now);
    const answer = breakers.admit('svc', forKey, LEASE, now);
    if (serviceWait > 0 || keyWait > 0) {
      const expected = serviceWait > 0 ? `service ${serviceWait}` : `key ${keyWait}`;
      assert.equal(answer.admitted ? 'admitted' : `${answer.level} ${answer.retryAfterMs}`, expected);
      return;
    }
    assert.ok(answer.admitted);
    const probes = [...(serviceWait < 0 ? ['service'] : []), ...(keyWait < 0 ? ['key'] : [])];
    assert.equal(answer.probes.join(), probes.join());
    const flight: Flight = { key: forKey, permit: answer, since: now };
    model.key(forKey).admitted(flight, now);
    model.service.admitted(flight, now);
    flights.push(flight);
  }

  for (const one of steps) {
    const flight = 'which' in one ? flights[one.which % Math.max(flights.length, 1)] : undefined;
    if (one.do === 'start') start(one.key);
    else if (one.do === 'settle' && flight) settle(flight, one.verdict);
    else if (one.do === 'hold' && flight) {
      breakers.hold('svc', flight.key, flight.permit, one.ms, now, { kind: 'RATE_LIMIT', message: '' });
      model.hold(flight, one.ms, now);
    } else if (one.do === 'reset' && model.key(one.key).state.is !== 'closed') {
      breakers.reset('svc', one.key);
      model.key(one.key).become({ is: 'closed', failures: 0, agesAt: 0 });
      model.failing.delete(one.key);
    } else if (one.do === 'pass') {
      for (const old of flights) if (now + one.ms - old.since >= OLDEST_PERMIT) settle(old, 'neutral');
      now += one.ms;
    }
    for (const [name, { state }] of model.keys) {
      const status = breakers.status('svc', name);
      assert.equal(status.state, state.is);
      if (state.is === 'closed') assert.equal(status.failures, now < state.agesAt ? state.failures : 0);
    }
    assert.equal(breakers.levelState('svc', undefined, 'service'), model.service.state.is);
  }
}

describe('breakers and their model', () => {
  it('agree over 10,000 sequences of calls that overlap and settle in any order', () => {
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), play), {
      numRuns: 10_000,
    });
  }, 60_000);
});
