import type { Breaker } from './breaker.ts';
import type { Service } from './breaker-table.ts';
import type { Clock } from './clock.ts';
import type { CircuitState } from './policy.ts';

/** `key` is a tenant's breaker (or that of the calls made without a key), `service` the one above all of them. */
export type Level = 'key' | 'service';

/** One breaker at this moment, for people and dashboards. */
export interface CircuitBreakerStatus {
  name: string;
  /** The tenant; `null` for the service itself and for the calls made without a key. */
  key: string | null;
  level: Level;
  state: CircuitState;
  /** Failed calls in a row; for a closed service the keys that failed lately. */
  failures: number;
  /** When it was last opened, on the wall clock; `null` while closed. */
  openedAt: Date | null;
  /** When a call may pass again; `null` while closed, and while forced open. */
  nextAttemptAt: Date | null;
}

function describe(
  clock: Clock,
  name: string,
  key: string | undefined,
  level: Level,
  breaker: Breaker | undefined,
): CircuitBreakerStatus {
  const closed = { name, key: key ?? null, level, openedAt: null, nextAttemptAt: null };
  if (breaker === undefined) return { ...closed, state: 'closed', failures: 0 };
  const { state, failures, forced } = breaker;
  const now = clock.now();
  if (state === 'closed') return { ...closed, state, failures: now < breaker.until ? failures : 0 };
  // Breakers keep monotonic time; people see the wall clock's, whatever happened to it in the meantime.
  const wall = clock.wallNow() - now;
  const next = forced === 'open' ? null : new Date(wall + Math.max(breaker.until, now));
  return { ...closed, state, failures, openedAt: new Date(wall + breaker.openedAt), nextAttemptAt: next };
}

function describeService(clock: Clock, service: Service): CircuitBreakerStatus {
  const status = describe(clock, service.name, undefined, 'service', service.own);
  if (status.state === 'closed') status.failures = service.failing.size;
  return status;
}

/** Without a key: the service's own breaker; that of the calls made without a key when only that is not closed. */
export function statusOf(
  clock: Clock,
  service: Service | undefined,
  name: string,
  key: string | undefined,
): CircuitBreakerStatus {
  const breaker = service?.keys.get(key);
  if (key !== undefined || service === undefined) return describe(clock, name, key, 'key', breaker);
  const ownSpeaks =
    service.own.state !== 'closed' || service.own.forced !== undefined || breaker === undefined;
  return ownSpeaks ? describeService(clock, service) : describe(clock, name, undefined, 'key', breaker);
}

/** Every breaker that has an entry. */
export function listAll(clock: Clock, services: Iterable<Service>): CircuitBreakerStatus[] {
  const all: CircuitBreakerStatus[] = [];
  for (const service of services) {
    all.push(describeService(clock, service));
    for (const [key, breaker] of service.keys) all.push(describe(clock, service.name, key, 'key', breaker));
  }
  return all;
}
