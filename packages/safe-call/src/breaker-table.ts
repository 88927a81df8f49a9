import { Breaker } from './breaker.ts';

/** The breakers of one service: its own, and those of its keys that are not simply healthy. */
export interface Service {
  readonly name: string;
  readonly own: Breaker;
  readonly keys: Map<string | undefined, Breaker>;
  /**
   * Keys that failed lately, and when: in an object, because writing a member costs less than writing an entry.
   * Never larger than the threshold: there old ones go, or the service opens.
   */
  readonly failing: Map<string | undefined, { at: number }>;
}

const SWEEP_EVERY_MS = 60_000;
/** An open breaker that no one has asked for so long after its time belongs to a tenant that left. */
const IDLE_MS = 600_000;

/**
 * Where breakers are kept. Sparse: a service or key without trouble has no entry, so memory follows the sick keys
 * only. There is no timer; old entries are swept when a new one comes.
 */
export class BreakerTable {
  readonly #services = new Map<string, Service>();
  readonly #most: number;
  #size = 0;
  #evicted = 0;
  #sweptAt = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get stats(): { breakers: number; evicted: number } {
    return { breakers: this.#size, evicted: this.#evicted };
  }

  get(name: string): Service | undefined {
    return this.#services.get(name);
  }

  all(): Iterable<Service> {
    return this.#services.values();
  }

  ensureService(name: string): Service {
    const known = this.#services.get(name);
    if (known !== undefined) return known;
    const service = { name, own: new Breaker(), keys: new Map(), failing: new Map() };
    this.#services.set(name, service);
    return service;
  }

  ensureBreaker(service: Service, key: string | undefined, now: number): Breaker {
    const known = service.keys.get(key);
    if (known !== undefined) return known;
    if (now - this.#sweptAt >= SWEEP_EVERY_MS) this.#sweep(now);
    if (this.#size >= this.#most) this.#evictOldest();
    // The sweep may have dropped the service as healthy a moment before it is not.
    this.#services.set(service.name, service);
    const breaker = new Breaker();
    service.keys.set(key, breaker);
    this.#size++;
    return breaker;
  }

  /** After a success: what has nothing to remember is dropped. */
  forgetIfHealthy(service: Service, key: string | undefined, now: number): void {
    if (service.keys.get(key)?.isForgettable(now, IDLE_MS)) this.#drop(service, key);
    if (service.keys.size > 0 || service.failing.size > 0) return;
    if (service.own.isForgettable(now, IDLE_MS)) this.#services.delete(service.name);
  }

  #drop(service: Service, key: string | undefined): void {
    if (service.keys.delete(key)) this.#size--;
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const service of this.#services.values()) {
      for (const [key, { at }] of service.failing) if (now - at >= IDLE_MS) service.failing.delete(key);
      for (const [key, breaker] of service.keys) {
        if (breaker.isForgettable(now, IDLE_MS)) this.#drop(service, key);
      }
      this.forgetIfHealthy(service, undefined, now);
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
