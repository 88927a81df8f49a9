import type { OpenReason } from './breaker.ts';
import type { Breakers, Permit } from './breakers.ts';
import type { Deadline, DeadlineQueue } from './deadline-queue.ts';
import type { Emitter } from './emitter.ts';
import type { BreakerRules } from './policy.ts';
import type {
  BreakerId,
  BreakerObserver,
  BreakerStore,
  OpenedBy,
  SharedOpen,
  StoreMessage,
} from './store.ts';

interface Options {
  store: BreakerStore;
  breakers: Breakers;
  /** For what a call waits for. */
  queue: DeadlineQueue;
  /** For what goes on without anyone waiting: it keeps no process alive. */
  background: DeadlineQueue;
  emitter: Emitter;
  now: () => number;
  pollMs: number;
}

/** A probe may wait so long for its lease; no other call ever waits for the store. */
const LEASE_CAP_MS = 100;
/** News that took longer has not arrived. No one waits for it, so a busy moment is no reason to give the store up. */
const NEWS_CAP_MS = 2_000;
/** After a failure the store is left alone for so long. */
const STORE_REST_MS = 5_000;
/** Openings that are kept for a store that is away. */
const MAX_UNSENT = 10_000;

function idText(id: BreakerId): string {
  return `${id.level}\0${id.name}\0${id.key ?? ''}\0${id.key === undefined ? 0 : 1}`;
}

/**
 * Shares breakers with other processes. Local first: calls ask local breakers only, news goes out in the
 * background, and with the store away everything goes on with what is known here.
 */
export class SharedBreakers implements BreakerObserver {
  readonly #store: BreakerStore;
  readonly #breakers: Breakers;
  readonly #queue: DeadlineQueue;
  readonly #background: DeadlineQueue;
  readonly #emitter: Emitter;
  readonly #now: () => number;
  readonly #pollMs: number;
  readonly #unsubscribe: () => void;
  readonly #poll: Deadline;
  /** Leases of probes under way here, by breaker. */
  readonly #leases = new Map<string, { tick: number; token: number }>();
  /** Breakers that the store has shown as open: when it no longer does, they were closed elsewhere. */
  #shown = new Map<string, BreakerId>();
  /** Openings that did not reach the store. They are written when it is back, as far as they still hold. */
  readonly #unsent = new Map<string, { open: SharedOpen; by: OpenedBy; until: number }>();
  #restUntil = 0;
  #available = true;
  #stopped = false;

  constructor(options: Options) {
    this.#store = options.store;
    this.#breakers = options.breakers;
    this.#queue = options.queue;
    this.#background = options.background;
    this.#emitter = options.emitter;
    this.#now = options.now;
    this.#pollMs = options.pollMs;
    this.#unsubscribe = options.store.subscribe((message, own) => this.#hear(message, own));
    this.#poll = { at: 0, slot: -1, onDue: () => void this.refresh() };
    void this.refresh();
  }

  /** Takes over what the store knows, and does so again after the poll's time: a message may have been lost. */
  async refresh(): Promise<void> {
    const opens = await this.#ask((store) => store.load());
    if (opens !== undefined) this.#reconcile(opens);
    if (this.#stopped) return;
    this.#background.remove(this.#poll);
    this.#poll.at = this.#now() + this.#pollMs;
    this.#background.add(this.#poll);
  }

  #reconcile(opens: SharedOpen[]): void {
    const shown = new Map<string, BreakerId>();
    for (const open of opens) {
      shown.set(idText(open), open);
      // One that is not closed here already knows, and a probe under way must not be disturbed.
      if (this.#stateOf(open) === 'closed') this.#breakers.applyOpen(open);
    }
    for (const [text, id] of this.#shown) {
      if (!shown.has(text) && !this.#leases.has(text)) this.#breakers.applyClose(id.name, id.key, id.level);
    }
    this.#shown = shown;
  }

  #hear(message: StoreMessage, own: boolean): void {
    if (this.#stopped) return;
    if (message.type === 'open') {
      this.#shown.set(idText(message.open), message.open);
      if (!own || this.#stateOf(message.open) === 'closed') this.#breakers.applyOpen(message.open);
      return;
    }
    const { id } = message;
    this.#shown.delete(idText(id));
    if (!own) this.#breakers.applyClose(id.name, id.key, id.level);
  }

  #stateOf(id: BreakerId): string {
    return this.#breakers.levelState(id.name, id.key, id.level);
  }

  /**
   * Asks for the probe of every level that the permit decides about. Answers how long to wait when another process
   * has it; with the store away the local permit is enough.
   */
  async lease(
    name: string,
    key: string | undefined,
    permit: Permit,
    leaseMs: number,
  ): Promise<number | undefined> {
    for (const level of permit.probes) {
      const id: BreakerId = { name, key: level === 'key' ? key : undefined, level };
      const lease = await this.#ask((store) => store.takeProbe(id, leaseMs), LEASE_CAP_MS, this.#queue);
      if (lease === undefined) continue;
      if (!lease.granted) {
        for (const other of permit.probes) {
          this.released({ name, key: other === 'key' ? key : undefined, level: other }, permit.tick);
        }
        return Math.max(lease.waitMs, 1);
      }
      this.#leases.set(idText(id), { tick: permit.tick, token: lease.token });
    }
    return undefined;
  }

  failed(name: string, key: string | undefined, rules: BreakerRules, reason: OpenReason | undefined): void {
    if (reason !== undefined) this.#tell((store) => store.failed(name, key, rules, reason));
  }

  recovered(name: string, key: string | undefined): void {
    this.#tell((store) => store.recovered(name, key));
  }

  opened(open: SharedOpen, by: OpenedBy, tick: number | undefined): void {
    const token = this.#takeToken(open, tick);
    void this.#announce(open, by, token);
  }

  async #announce(open: SharedOpen, by: OpenedBy, token?: number): Promise<void> {
    const until = this.#now() + open.remainingMs;
    const isStored = await this.#ask(async (store) => {
      await store.opened(open, by, token);
      return true;
    });
    const text = idText(open);
    if (isStored) this.#unsent.delete(text);
    else if (this.#stateOf(open) === 'open' && this.#unsent.size < MAX_UNSENT) {
      this.#unsent.set(text, { open, by, until });
    }
  }

  /** A store that was away for a moment must not leave the others without the news of that moment. */
  #catchUp(): void {
    const waiting = [...this.#unsent.values()];
    this.#unsent.clear();
    for (const { open, by, until } of waiting) {
      const remainingMs = until - this.#now();
      if (remainingMs > 0 && this.#stateOf(open) === 'open') {
        void this.#announce({ ...open, remainingMs }, by);
      }
    }
  }

  closed(id: BreakerId, tick: number | undefined): void {
    this.#unsent.delete(idText(id));
    const token = this.#takeToken(id, tick);
    this.#tell((store) => store.closed(id, token));
  }

  released(id: BreakerId, tick: number): void {
    const token = this.#takeToken(id, tick);
    if (token !== undefined) this.#tell((store) => store.releaseProbe(id, token));
  }

  #takeToken(id: BreakerId, tick: number | undefined): number | undefined {
    const text = idText(id);
    const lease = this.#leases.get(text);
    if (lease === undefined || lease.tick !== tick) return undefined;
    this.#leases.delete(text);
    return lease.token;
  }

  #tell(operation: (store: BreakerStore) => Promise<void>): void {
    void this.#ask(operation);
  }

  /** Nothing when the store is away, too slow or failing. Never rejects. */
  #ask<R>(
    operation: (store: BreakerStore) => Promise<R>,
    capMs = NEWS_CAP_MS,
    queue = this.#background,
  ): Promise<R | undefined> {
    if (this.#stopped || this.#now() < this.#restUntil) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const fail = (error: unknown) => {
        queue.remove(cap);
        this.#away(error);
        resolve(undefined);
      };
      const cap: Deadline = {
        at: this.#now() + capMs,
        slot: -1,
        onDue: () => fail(new Error(`the store did not answer within ${capMs} ms`)),
      };
      queue.add(cap);
      Promise.resolve()
        .then(() => operation(this.#store))
        .then((value) => {
          queue.remove(cap);
          this.#back();
          resolve(value);
        }, fail);
    });
  }

  #away(error: unknown): void {
    this.#restUntil = this.#now() + STORE_REST_MS;
    if (!this.#available) return;
    this.#available = false;
    this.#emitter.emit('store', { available: false, error });
  }

  #back(): void {
    // The store answers: what is written from now on must reach it.
    this.#restUntil = 0;
    if (this.#available) return;
    this.#available = true;
    this.#emitter.emit('store', { available: true });
    this.#catchUp();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#background.remove(this.#poll);
    this.#unsubscribe();
    await this.#store.close();
  }
}
