import type { Deadline, DeadlineQueue } from './deadline-queue.ts';
import type { CallContext, CallFunction } from './types.ts';

export type AttemptState = 'running' | 'succeeded' | 'failed' | 'timed_out' | 'cancelled';

/** Who made the attempt. */
export interface AttemptOwner {
  /** It ended. Called at once, unless it was run for its promise; must not throw. */
  onEnd(): void;
  /** `fn` ended after its attempt was given up. */
  onLate(attempt: number, outcome: 'success' | 'failure', value: unknown): void;
}

/** The loser of a hedge is wanted by no one. */
export const NOBODY: AttemptOwner = { onEnd() {}, onLate() {} };

/** The reason of an abort. An error without a stack: building a stack would cost more than the call. */
function abortReason(name: 'TimeoutError' | 'AbortError', message: string): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Error(message);
  Error.stackTraceLimit = limit;
  error.name = name;
  return error;
}

/**
 * One run of `fn`. It is at the same time the context that `fn` sees and the entry in the deadline queue, so that
 * a healthy call allocates one object and no AbortController.
 */
export class Attempt<T> implements CallContext, Deadline {
  readonly attempt: number;
  at: number;
  slot = -1;
  state: AttemptState = 'running';
  value: T | undefined = undefined;
  error: unknown = undefined;
  #controller: AbortController | undefined = undefined;
  #resolve: ((attempt: Attempt<T>) => void) | undefined = undefined;
  #queue: DeadlineQueue | undefined = undefined;
  readonly #owner: AttemptOwner;

  constructor(attempt: number, at: number, owner: AttemptOwner) {
    this.attempt = attempt;
    this.at = at;
    this.#owner = owner;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.state === 'timed_out' || this.state === 'cancelled') this.#abort();
    }
    return this.#controller.signal;
  }

  /** Settles with itself: outcomes are values, so that nothing is thrown on the way. */
  run(fn: CallFunction<T>, queue: DeadlineQueue): Promise<Attempt<T>> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.start(fn, queue);
    });
  }

  /** As `run`, for an owner who needs no promise. */
  start(fn: CallFunction<T>, queue: DeadlineQueue): void {
    if (this.at !== Number.POSITIVE_INFINITY) {
      this.#queue = queue;
      queue.add(this);
    }
    try {
      const result = fn(this);
      if (isThenable(result)) {
        const promise = result instanceof Promise ? result : Promise.resolve(result);
        promise.then(
          (value) => this.#succeed(value),
          (error) => this.#fail(error),
        );
      } else this.#succeed(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  onDue(): void {
    this.#giveUp('timed_out');
  }

  cancel(): void {
    this.#giveUp('cancelled');
  }

  #succeed(value: T): void {
    if (this.state === 'running') {
      this.value = value;
      this.#end('succeeded');
    } else this.#owner.onLate(this.attempt, 'success', value);
  }

  #fail(error: unknown): void {
    if (this.state === 'running') {
      this.error = error;
      this.#end('failed');
    } else this.#owner.onLate(this.attempt, 'failure', error);
  }

  #giveUp(state: 'timed_out' | 'cancelled'): void {
    if (this.state !== 'running') return;
    // Settled before the abort: a listener on the signal may end `fn` at once, and that is late already.
    this.#end(state);
    this.#abort();
  }

  #abort(): void {
    if (this.#controller === undefined) return;
    const timedOut = this.state === 'timed_out';
    const message = timedOut ? 'The attempt took too long.' : 'The caller canceled.';
    this.#controller.abort(abortReason(timedOut ? 'TimeoutError' : 'AbortError', message));
  }

  #end(state: AttemptState): void {
    this.state = state;
    this.#queue?.remove(this);
    if (this.#resolve === undefined) this.#owner.onEnd();
    else this.#resolve(this);
  }
}

function isThenable<T>(value: PromiseLike<T> | T): value is PromiseLike<T> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
