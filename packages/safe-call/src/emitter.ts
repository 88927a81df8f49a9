import type { Level } from './breaker-status.ts';
import type { CallError, ErrorKind } from './types.ts';

interface Subject {
  name: string;
  key: string | undefined;
}

/** What listeners get, by event. */
export interface SafeCallEvents {
  /** A call succeeded. `elapsedMs` is that of the whole call. */
  success: Subject & { attempts: number; elapsedMs: number };
  /** A call failed, after its last attempt. Emitted before a fallback is asked. */
  failure: Subject & {
    kind: ErrorKind;
    error: CallError;
    attempts: number;
    elapsedMs: number;
    ambiguous: boolean;
  };
  /** An attempt failed and another follows after `delayMs`. */
  retry: Subject & { kind: ErrorKind; attempt: number; delayMs: number; message: string };
  /** `level` says whether it is a tenant's breaker or the service's own; `remote` that another process found it out. */
  open: Subject & {
    level: Level;
    kind: ErrorKind | undefined;
    failures: number;
    retryAfterMs: number;
    remote: boolean;
  };
  /** A probe passes. */
  half_open: Subject & { level: Level };
  /** A breaker closed. */
  close: Subject & { level: Level; remote: boolean };
  /** `fn` ended after its call had been answered. With `outcome: success` the work was done after all. */
  late: Subject & { outcome: 'success' | 'failure'; attempt: number; data?: unknown; error?: unknown };
  /** A retry was not made because the name's budget is spent. */
  budget: Subject & { kind: ErrorKind };
  /** A second request was started because the first was slow. */
  hedge: Subject;
  /** A refresh succeeded; `name` and `key` are those of the refresh. */
  token_refreshed: Subject;
  /** The store went away (calls go on with local breakers) or came back. */
  store: { available: boolean; error?: unknown };
  /** A listener threw; the call did not notice. */
  listener_error: { event: string; error: unknown };
}

/** The name of an event. */
export type SafeCallEvent = keyof SafeCallEvents;
/** Called at once, within the call it is about. */
export type Listener<E extends SafeCallEvent> = (event: SafeCallEvents[E]) => void;

/** Listeners are guests: what they throw never reaches a call. */
export class Emitter {
  readonly #listeners = new Map<SafeCallEvent, ReadonlyArray<Listener<never>>>();

  on<E extends SafeCallEvent>(event: E, listener: Listener<E>): () => void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener as Listener<never>]);
    return () => {
      const rest = (this.#listeners.get(event) ?? []).filter((one) => one !== listener);
      if (rest.length > 0) this.#listeners.set(event, rest);
      else this.#listeners.delete(event);
    };
  }

  /** Lets the hot path skip building an event that no one reads. */
  has(event: SafeCallEvent): boolean {
    return this.#listeners.size > 0 && this.#listeners.has(event);
  }

  emit<E extends SafeCallEvent>(event: E, payload: SafeCallEvents[E]): void {
    const listeners = this.#listeners.get(event) as ReadonlyArray<Listener<E>> | undefined;
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        listener(payload);
      } catch (error) {
        if (event !== 'listener_error') this.emit('listener_error', { event, error });
      }
    }
  }
}
