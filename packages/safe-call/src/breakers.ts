import type { Breaker, OpenReason, Transition, Verdict } from './breaker.ts';
import { type CircuitBreakerStatus, type Level, listAll, statusOf } from './breaker-status.ts';
import { BreakerTable, type Service } from './breaker-table.ts';
import type { Clock } from './clock.ts';
import type { Emitter } from './emitter.ts';
import { type BreakerOptions, type BreakerRules, breakerRules, type CircuitState } from './policy.ts';
import type { BreakerObserver, OpenedBy, SharedOpen } from './store.ts';

/** Leave to make one attempt. Handed back with a verdict when the attempt has ended. */
export interface Permit {
  readonly admitted: true;
  /** The tick of its admission: what a breaker compares with its epoch. */
  readonly tick: number;
  /** The levels whose open breaker this one attempt decides about; empty for all but probes. */
  readonly probes: readonly Level[];
}

export interface Rejection {
  readonly admitted: false;
  readonly level: Level;
  readonly retryAfterMs: number;
  readonly reason: OpenReason | undefined;
}

interface Options {
  clock: Clock;
  random: () => number;
  emitter: Emitter;
  maxBreakers: number;
  defaults: BreakerOptions | undefined;
}

const NONE: readonly Level[] = Object.freeze([]);
/** A closed entry outlives its close by so much, so that calls from before the reset have no say. */
const REMEMBER_MS = 30_000;

/** What a transition is about, besides the breaker. */
interface About {
  service: Service;
  key: string | undefined;
  level: Level;
  by: OpenedBy;
  reason: OpenReason | undefined;
  /** The tick of the permit that caused it: a shared probe is closed by its own lease only. */
  tick: number | undefined;
  remote?: boolean;
}

/** How one attempt ended, with what both levels need to know. */
interface Ending {
  service: Service;
  key: string | undefined;
  permit: Permit;
  verdict: Verdict;
  now: number;
  rules: BreakerRules;
  reason: OpenReason | undefined;
}

/**
 * All breakers of an instance, on two levels: one a service and key, one for the service itself. The healthy path
 * is one failed lookup.
 */
export class Breakers {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #emitter: Emitter;
  readonly #defaults: BreakerOptions | undefined;
  readonly #rules: BreakerRules;
  readonly #table: BreakerTable;
  #tick = 1;
  #healthy: Permit = { admitted: true, tick: 1, probes: NONE };
  /** Hears what happens here, to share it with other processes. */
  observer: BreakerObserver | undefined = undefined;

  constructor(options: Options) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#emitter = options.emitter;
    this.#defaults = options.defaults;
    this.#rules = breakerRules(undefined, options.defaults);
    this.#table = new BreakerTable(options.maxBreakers);
  }

  get stats(): { breakers: number; evicted: number } {
    return this.#table.stats;
  }

  admit(name: string, key: string | undefined, leaseMs: number, now: number): Permit | Rejection {
    const service = this.#table.get(name);
    return service === undefined ? this.#healthy : this.#admitSick(service, key, leaseMs, now);
  }

  #admitSick(service: Service, key: string | undefined, leaseMs: number, now: number): Permit | Rejection {
    const { own } = service;
    const serviceWait = own.check(now, this.#random);
    if (serviceWait > 0) return rejection('service', serviceWait, own);
    if (own.forced === 'closed') return this.#healthy;
    const breaker = service.keys.get(key);
    const keyWait = breaker?.check(now, this.#random) ?? 0;
    if (breaker !== undefined && keyWait > 0) return rejection('key', keyWait, breaker);
    if (serviceWait === 0 && keyWait === 0) return this.#healthy;
    const tick = this.#nextTick();
    const probes: Level[] = [];
    if (serviceWait < 0) {
      own.startProbe(now, leaseMs, tick);
      probes.push('service');
    }
    if (breaker !== undefined && keyWait < 0) {
      breaker.startProbe(now, leaseMs, tick);
      probes.push('key');
    }
    for (const level of probes) {
      this.#emitter.emit('half_open', { name: service.name, key: level === 'key' ? key : undefined, level });
    }
    return { admitted: true, tick, probes };
  }

  /**
   * Hands a permit back and answers with the state after it. `reason` is kept for the message of the calls that an
   * open breaker turns away.
   */
  settle(
    name: string,
    key: string | undefined,
    permit: Permit,
    verdict: Verdict,
    options: BreakerOptions | undefined,
    now: number,
    reason?: OpenReason,
  ): CircuitState {
    let service = this.#table.get(name);
    const needsEntry =
      verdict === 'failure' ||
      (verdict !== 'neutral' && (options?.window ?? this.#defaults?.window) !== undefined);
    if (service === undefined) {
      if (!needsEntry) return 'closed';
      service = this.#table.ensureService(name);
    }
    const rules = options === undefined ? this.#rules : breakerRules(options, this.#defaults);
    const breaker = needsEntry ? this.#table.ensureBreaker(service, key, now) : service.keys.get(key);
    const isStale = breaker !== undefined && permit.tick < breaker.epoch;
    const ending: Ending = { service, key, permit, verdict, now, rules, reason };
    if (breaker !== undefined) this.#settleKey(breaker, ending);
    if (service.own.state !== 'closed') this.#settleServiceProbe(ending);
    else if (!isStale) this.#countForService(ending);
    if (verdict === 'neutral') {
      for (const level of permit.probes) {
        this.observer?.released({ name, key: level === 'key' ? key : undefined, level }, permit.tick);
      }
    }
    const { state } = service.own;
    return state === 'closed' ? (breaker?.state ?? 'closed') : state;
  }

  #settleKey(breaker: Breaker, ending: Ending): void {
    const { service, key, permit, verdict, now, rules, reason } = ending;
    const tick = this.#tick + 1;
    const counted = breaker.state === 'closed' ? breaker.failures : 0;
    const transition = breaker.settle(permit.tick, verdict, now, rules, tick);
    this.#useTick(breaker, tick);
    if (transition !== undefined) {
      const by = permit.probes.length > 0 ? 'probe' : 'failures';
      this.#announce(breaker, transition, { service, key, level: 'key', by, reason, tick: permit.tick });
    }
    const recovered = counted > 0 && breaker.state === 'closed' && breaker.failures === 0;
    if (recovered) this.observer?.recovered(service.name, key);
  }

  #settleServiceProbe(ending: Ending): void {
    const { service, permit, verdict, now, rules, reason } = ending;
    const tick = this.#tick + 1;
    const transition = service.own.settle(permit.tick, verdict, now, rules, tick);
    this.#useTick(service.own, tick);
    const about: About = {
      service,
      key: undefined,
      level: 'service',
      by: 'probe',
      reason,
      tick: permit.tick,
    };
    this.#announce(service.own, transition, about);
  }

  /** Distinct keys that fail at the same time mean that it is the service, not a tenant. */
  #countForService(ending: Ending): void {
    const { service, key, permit, verdict, now, rules, reason } = ending;
    const { own, failing } = service;
    if (verdict === 'neutral' || permit.tick < own.epoch || own.forced !== undefined) return;
    if (verdict !== 'failure') {
      failing.delete(key);
      this.#table.forgetIfHealthy(service, key, now);
      return;
    }
    this.observer?.failed(service.name, key, rules, reason);
    // Without that level nothing is kept for it either.
    if (rules.serviceKeys === Number.POSITIVE_INFINITY) return;
    const known = failing.get(key);
    // Whole, as every time that is kept: a fraction would be its own object.
    if (known === undefined) failing.set(key, { at: Math.floor(now) });
    else known.at = Math.floor(now);
    // Only a full list needs to know which of its entries are old.
    if (failing.size >= rules.serviceKeys) {
      for (const [other, { at }] of failing) if (now - at >= rules.serviceWithinMs) failing.delete(other);
    }
    if (failing.size < rules.serviceKeys) return;
    own.failures = failing.size;
    failing.clear();
    const about: About = {
      service,
      key: undefined,
      level: 'service',
      by: 'failures',
      reason,
      tick: undefined,
    };
    this.#announce(own, own.open(now, rules.cooldownMs, this.#nextTick()), about);
  }

  /** The service named a time (Retry-After): this key rests until then. */
  hold(
    name: string,
    key: string | undefined,
    permit: Permit,
    forMs: number,
    now: number,
    reason: OpenReason,
  ): void {
    const service = this.#table.ensureService(name);
    const breaker = this.#table.ensureBreaker(service, key, now);
    const isStale = permit.tick < breaker.epoch;
    if (breaker.forced !== undefined || (breaker.state === 'half_open' && isStale)) return;
    const transition = breaker.hold(now, forMs, this.#nextTick());
    this.#announce(breaker, transition, { service, key, level: 'key', by: 'hold', reason, tick: undefined });
  }

  /** Another process has the probe: this one stays open until that one's lease ends. */
  yieldProbe(name: string, key: string | undefined, permit: Permit, waitMs: number): void {
    const service = this.#table.get(name);
    if (service === undefined) return;
    const now = this.#clock.now();
    for (const level of permit.probes) {
      const breaker = level === 'service' ? service.own : service.keys.get(key);
      if (breaker?.epoch !== permit.tick || breaker.state !== 'half_open') continue;
      const { openedAt } = breaker;
      breaker.open(now, waitMs, this.#nextTick());
      breaker.openedAt = openedAt;
    }
  }

  /** What another process found out. */
  applyOpen(open: SharedOpen): void {
    const now = this.#clock.now();
    const { level, key } = open;
    const service = this.#table.ensureService(open.name);
    const breaker = level === 'service' ? service.own : this.#table.ensureBreaker(service, key, now);
    if (breaker.forced !== undefined) return;
    breaker.failures = Math.max(breaker.failures, open.failures);
    const transition = breaker.hold(now, open.remainingMs, this.#nextTick());
    const reason = { kind: open.kind, message: open.message };
    this.#announce(breaker, transition, {
      service,
      key,
      level,
      by: 'failures',
      reason,
      tick: undefined,
      remote: true,
    });
  }

  /** Another process closed it. */
  applyClose(name: string, key: string | undefined, level: Level): void {
    const service = this.#table.get(name);
    const breaker = level === 'service' ? service?.own : service?.keys.get(key);
    if (service === undefined || breaker === undefined || breaker.forced !== undefined) return;
    this.#close(service, key, level, breaker, true);
  }

  /** `null` lifts the force and leaves the breaker closed. */
  force(name: string, key: string | undefined, to: 'open' | 'closed' | null): void {
    if (to === null) {
      this.reset(name, key);
      return;
    }
    const now = this.#clock.now();
    const service = this.#table.ensureService(name);
    const level = key === undefined ? 'service' : 'key';
    const breaker = level === 'service' ? service.own : this.#table.ensureBreaker(service, key, now);
    const tick = this.#nextTick();
    const transition = to === 'open' ? breaker.hold(now, 0, tick) : breaker.close(now, REMEMBER_MS, tick);
    breaker.forced = to;
    const about: About = {
      service,
      key,
      level,
      by: 'hold',
      reason: undefined,
      tick: undefined,
      remote: true,
    };
    this.#announce(breaker, transition, about);
  }

  /** Without a key: the service and every key of it. */
  reset(name: string, key?: string): void {
    const service = this.#table.get(name);
    if (service === undefined) return;
    for (const [one, breaker] of service.keys) {
      if (key !== undefined && key !== one) continue;
      breaker.forced = undefined;
      this.#close(service, one, 'key', breaker, false);
    }
    if (key !== undefined) {
      service.failing.delete(key);
      return;
    }
    service.failing.clear();
    service.own.forced = undefined;
    this.#close(service, undefined, 'service', service.own, false);
  }

  #close(service: Service, key: string | undefined, level: Level, breaker: Breaker, remote: boolean): void {
    const transition = breaker.close(this.#clock.now(), REMEMBER_MS, this.#nextTick());
    const about: About = { service, key, level, by: 'probe', reason: undefined, tick: undefined, remote };
    this.#announce(breaker, transition, about);
  }

  status(name: string, key?: string): CircuitBreakerStatus {
    return statusOf(this.#clock, this.#table.get(name), name, key);
  }

  list(): CircuitBreakerStatus[] {
    return listAll(this.#clock, this.#table.all());
  }

  levelState(name: string, key: string | undefined, level: Level): CircuitState {
    const service = this.#table.get(name);
    return (level === 'service' ? service?.own.state : service?.keys.get(key)?.state) ?? 'closed';
  }

  /** As `status(...).state`, for results: nothing is built. */
  stateOf(name: string, key: string | undefined): CircuitState {
    const service = this.#table.get(name);
    if (service === undefined) return 'closed';
    const { state } = service.own;
    return state === 'closed' ? (service.keys.get(key)?.state ?? 'closed') : state;
  }

  #announce(breaker: Breaker, transition: Transition, about: About): void {
    if (transition === undefined) return;
    const { service, key, level, reason, by, tick, remote = false } = about;
    const { name } = service;
    if (transition === 'close') {
      this.#emitter.emit('close', { name, key, level, remote });
      if (!remote) this.observer?.closed({ name, key, level }, tick);
      return;
    }
    breaker.reason = reason;
    const { failures } = breaker;
    const remainingMs = breaker.until - breaker.openedAt;
    const kind = reason?.kind;
    this.#emitter.emit('open', { name, key, level, kind, failures, retryAfterMs: remainingMs, remote });
    if (remote || reason === undefined) return;
    this.observer?.opened({ name, key, level, remainingMs, failures, ...reason }, by, tick);
  }

  /** Most calls change no state; the tick offered to them is then still free. */
  #useTick(breaker: Breaker, offered: number): void {
    if (breaker.epoch === offered) this.#nextTick();
  }

  #nextTick(): number {
    this.#tick++;
    this.#healthy = { admitted: true, tick: this.#tick, probes: NONE };
    return this.#tick;
  }
}

function rejection(level: Level, retryAfterMs: number, breaker: Breaker): Rejection {
  return { admitted: false, level, retryAfterMs, reason: breaker.reason };
}
