import { Breaker, type OpenReason, type Transition, type Verdict } from './breaker.ts';
import type { Clock } from './clock.ts';
import type { Emitter } from './emitter.ts';
import type { BreakerRules, CircuitState } from './policy.ts';

/** Leave to make one attempt. Handed back with a verdict when the attempt has ended. */
export interface Permit {
  readonly admitted: true;
  /** The tick of its admission: what a breaker compares with its epoch. */
  readonly tick: number;
  /** The one attempt that decides whether an open breaker closes. */
  readonly probe: boolean;
}

export interface Rejection {
  readonly admitted: false;
  readonly level: 'key' | 'service';
  readonly retryAfterMs: number;
  readonly reason: OpenReason | undefined;
}

export interface CircuitBreakerStatus {
  name: string;
  key: string | null;
  level: 'key' | 'service';
  state: CircuitState;
  failures: number;
  openedAt: Date | null;
  nextAttemptAt: Date | null;
}

interface Service {
  readonly name: string;
  readonly own: Breaker;
  readonly keys: Map<string | undefined, Breaker>;
  /** Keys that failed lately, and when. Never larger than the threshold: reaching it opens the service. */
  readonly failing: Map<string | undefined, number>;
}

interface Options {
  clock: Clock;
  emitter: Emitter;
  maxBreakers: number;
}

const SWEEP_EVERY_MS = 60_000;
/** An open breaker that nobody has asked for so long after its time belongs to a tenant that left. */
const IDLE_MS = 600_000;
const REMEMBER_MS = 30_000;

/**
 * All breakers of an instance, on two levels: one a service and key, one for the service itself.
 *
 * Sparse: a service or key without trouble has no entry, so the healthy path is one failed lookup and memory
 * follows the sick keys only.
 */
export class Breakers {
  readonly #clock: Clock;
  readonly #emitter: Emitter;
  readonly #maxBreakers: number;
  readonly #services = new Map<string, Service>();
  #size = 0;
  #evicted = 0;
  #sweptAt = 0;
  #tick = 1;
  #healthy: Permit = { admitted: true, tick: 1, probe: false };

  constructor(options: Options) {
    this.#clock = options.clock;
    this.#emitter = options.emitter;
    this.#maxBreakers = options.maxBreakers;
  }

  /** Entries held and entries dropped because the bound was reached. */
  get stats(): { breakers: number; evicted: number } {
    return { breakers: this.#size, evicted: this.#evicted };
  }

  admit(name: string, key: string | undefined, leaseMs: number): Permit | Rejection {
    const service = this.#services.get(name);
    return service === undefined ? this.#healthy : this.#admitSick(service, key, leaseMs);
  }

  #admitSick(service: Service, key: string | undefined, leaseMs: number): Permit | Rejection {
    const { own } = service;
    const now = this.#clock.now();
    const serviceWait = own.check(now);
    if (serviceWait > 0) return rejection('service', serviceWait, own);
    if (own.forced === 'closed') return this.#healthy;
    const breaker = service.keys.get(key);
    const keyWait = breaker?.check(now) ?? 0;
    if (breaker !== undefined && keyWait > 0) return rejection('key', keyWait, breaker);
    if (serviceWait === 0 && keyWait === 0) return this.#healthy;
    const tick = this.#nextTick();
    if (serviceWait < 0) {
      own.startProbe(now, leaseMs, tick);
      this.#emitter.emit('half_open', { name: service.name, key: undefined, level: 'service' });
    }
    if (breaker !== undefined && keyWait < 0) {
      breaker.startProbe(now, leaseMs, tick);
      this.#emitter.emit('half_open', { name: service.name, key, level: 'key' });
    }
    return { admitted: true, tick, probe: true };
  }

  /** Hands a permit back. `reason` is kept for the message of the calls that an open breaker turns away. */
  settle(
    name: string,
    key: string | undefined,
    permit: Permit,
    verdict: Verdict,
    rules: () => BreakerRules,
    reason?: OpenReason,
  ): void {
    let service = this.#services.get(name);
    if (service === undefined) {
      if (verdict !== 'failure') return;
      service = this.#addService(name);
    }
    const now = this.#clock.now();
    const breaker =
      service.keys.get(key) ?? (verdict === 'failure' ? this.#addBreaker(service, key) : undefined);
    const applied = rules();
    const tick = this.#nextTick();
    if (breaker !== undefined) {
      const transition = breaker.settle(permit.tick, verdict, now, applied, tick);
      this.#announce(service, key, 'key', breaker, transition, reason);
      if (verdict === 'success' && breaker.isForgettable(now, IDLE_MS)) this.#drop(service, key);
    }
    this.#settleService(service, key, permit, verdict, now, applied, tick, reason);
  }

  #settleService(
    service: Service,
    key: string | undefined,
    permit: Permit,
    verdict: Verdict,
    now: number,
    rules: BreakerRules,
    tick: number,
    reason: OpenReason | undefined,
  ): void {
    const { own, failing } = service;
    if (permit.tick < own.epoch || own.forced !== undefined) return;
    if (own.state !== 'closed') {
      const transition = own.settle(permit.tick, verdict, now, rules, tick);
      this.#announce(service, undefined, 'service', own, transition, reason);
    } else if (verdict === 'success') {
      failing.delete(key);
      this.#dropIfHealthy(service, now);
    } else if (verdict === 'failure') {
      failing.delete(key);
      for (const [other, at] of failing) if (now - at >= rules.serviceWithinMs) failing.delete(other);
      failing.set(key, now);
      if (failing.size < rules.serviceKeys) return;
      own.failures = failing.size;
      failing.clear();
      this.#announce(service, undefined, 'service', own, own.open(now, rules.cooldownMs, tick), reason);
    }
  }

  /** The service named a time (Retry-After): this key rests until then. */
  hold(name: string, key: string | undefined, permit: Permit, forMs: number, reason: OpenReason): void {
    const service = this.#services.get(name) ?? this.#addService(name);
    const breaker = service.keys.get(key) ?? this.#addBreaker(service, key);
    const isProbe = permit.tick >= breaker.epoch;
    if (breaker.forced !== undefined || (breaker.state === 'half_open' && !isProbe)) return;
    const transition = breaker.hold(this.#clock.now(), forMs, this.#nextTick());
    this.#announce(service, key, 'key', breaker, transition, reason);
  }

  /** `null` lifts the force and leaves the breaker closed. */
  force(name: string, key: string | undefined, to: 'open' | 'closed' | null): void {
    if (to === null) {
      this.reset(name, key);
      return;
    }
    const service = this.#services.get(name) ?? this.#addService(name);
    const breaker =
      key === undefined ? service.own : (service.keys.get(key) ?? this.#addBreaker(service, key));
    const level = key === undefined ? 'service' : 'key';
    const now = this.#clock.now();
    const tick = this.#nextTick();
    const transition = to === 'open' ? breaker.hold(now, 0, tick) : breaker.close(now, REMEMBER_MS, tick);
    breaker.forced = to;
    this.#announce(service, key, level, breaker, transition, undefined);
  }

  /** Without a key: the service and every key of it. */
  reset(name: string, key?: string): void {
    const service = this.#services.get(name);
    if (service === undefined) return;
    const now = this.#clock.now();
    for (const [one, breaker] of service.keys) {
      if (key === undefined || key === one) this.#lift(service, one, 'key', breaker, now);
    }
    if (key !== undefined) {
      service.failing.delete(key);
      return;
    }
    service.failing.clear();
    this.#lift(service, undefined, 'service', service.own, now);
  }

  #lift(
    service: Service,
    key: string | undefined,
    level: 'key' | 'service',
    breaker: Breaker,
    now: number,
  ): void {
    breaker.forced = undefined;
    const transition = breaker.close(now, REMEMBER_MS, this.#nextTick());
    this.#announce(service, key, level, breaker, transition, undefined);
  }

  /** Without a key: the service's own breaker, or that of the calls made without a key when only that is not closed. */
  status(name: string, key?: string): CircuitBreakerStatus {
    const service = this.#services.get(name);
    const breaker = service?.keys.get(key);
    if (key !== undefined) return this.#describe(name, key, 'key', breaker);
    const own = service?.own;
    const useOwn =
      own !== undefined && (own.state !== 'closed' || own.forced !== undefined || breaker === undefined);
    if (!useOwn) return this.#describe(name, undefined, 'key', breaker);
    const status = this.#describe(name, undefined, 'service', own);
    if (own.state === 'closed') status.failures = service?.failing.size ?? 0;
    return status;
  }

  /** As `status(...).state`, for results: nothing is built. */
  stateOf(name: string, key: string | undefined): CircuitState {
    const service = this.#services.get(name);
    if (service === undefined) return 'closed';
    const { state } = service.own;
    return state === 'closed' ? (service.keys.get(key)?.state ?? 'closed') : state;
  }

  /** Everything that is not simply healthy. */
  list(): CircuitBreakerStatus[] {
    const all: CircuitBreakerStatus[] = [];
    for (const service of this.#services.values()) {
      const own = this.#describe(service.name, undefined, 'service', service.own);
      if (own.state === 'closed') own.failures = service.failing.size;
      all.push(own);
      for (const [key, breaker] of service.keys) all.push(this.#describe(service.name, key, 'key', breaker));
    }
    return all;
  }

  #describe(
    name: string,
    key: string | undefined,
    level: 'key' | 'service',
    breaker: Breaker | undefined,
  ): CircuitBreakerStatus {
    const closed = { name, key: key ?? null, level, openedAt: null, nextAttemptAt: null };
    if (breaker === undefined) return { ...closed, state: 'closed', failures: 0 };
    const { state, failures, forced } = breaker;
    const now = this.#clock.now();
    if (state === 'closed') return { ...closed, state, failures: now < breaker.until ? failures : 0 };
    const wall = this.#clock.wallNow() - now;
    const next = forced === 'open' ? null : new Date(wall + Math.max(breaker.until, now));
    return { ...closed, state, failures, openedAt: new Date(wall + breaker.openedAt), nextAttemptAt: next };
  }

  #announce(
    service: Service,
    key: string | undefined,
    level: 'key' | 'service',
    breaker: Breaker,
    transition: Transition,
    reason: OpenReason | undefined,
  ): void {
    if (transition === 'open') {
      breaker.reason = reason;
      const retryAfterMs = breaker.until - breaker.openedAt;
      const { failures } = breaker;
      this.#emitter.emit('open', {
        name: service.name,
        key,
        level,
        kind: reason?.kind,
        failures,
        retryAfterMs,
      });
    } else if (transition === 'close') {
      this.#emitter.emit('close', { name: service.name, key, level });
    }
  }

  #nextTick(): number {
    this.#tick++;
    this.#healthy = { admitted: true, tick: this.#tick, probe: false };
    return this.#tick;
  }

  #addService(name: string): Service {
    const service = { name, own: new Breaker(), keys: new Map(), failing: new Map() };
    this.#services.set(name, service);
    return service;
  }

  #addBreaker(service: Service, key: string | undefined): Breaker {
    const now = this.#clock.now();
    if (now - this.#sweptAt >= SWEEP_EVERY_MS) this.#sweep(now);
    if (this.#size >= this.#maxBreakers) this.#evictOldest();
    this.#services.set(service.name, service);
    const breaker = new Breaker();
    service.keys.set(key, breaker);
    this.#size++;
    return breaker;
  }

  #drop(service: Service, key: string | undefined): void {
    if (service.keys.delete(key)) this.#size--;
  }

  #dropIfHealthy(service: Service, now: number): void {
    if (service.keys.size > 0 || service.failing.size > 0) return;
    if (service.own.isForgettable(now, IDLE_MS)) this.#services.delete(service.name);
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const service of this.#services.values()) {
      for (const [key, breaker] of service.keys)
        if (breaker.isForgettable(now, IDLE_MS)) this.#drop(service, key);
      for (const [key, at] of service.failing) if (now - at >= IDLE_MS) service.failing.delete(key);
      this.#dropIfHealthy(service, now);
    }
  }

  #evictOldest(): void {
    for (const service of this.#services.values()) {
      for (const [key, breaker] of service.keys) {
        if (breaker.forced !== undefined) continue;
        this.#drop(service, key);
        this.#evicted++;
        return;
      }
    }
  }
}

function rejection(level: 'key' | 'service', retryAfterMs: number, breaker: Breaker): Rejection {
  return { admitted: false, level, retryAfterMs, reason: breaker.reason };
}
