import { createBatch, type SafeCallBatch } from './batch.ts';
import type { CircuitBreakerStatus } from './breaker-status.ts';
import { Breakers } from './breakers.ts';
import { Bulkheads } from './bulkhead.ts';
import { Call } from './call.ts';
import { type Clock, createSystemClock } from './clock.ts';
import { DeadlineQueue } from './deadline-queue.ts';
import { Emitter, type Listener, type SafeCallEvent } from './emitter.ts';
import type { Engine } from './engine.ts';
import { USER_MESSAGES, type UserMessages } from './messages.ts';
import { RetryBudgets } from './retry-budget.ts';
import { toSafeCallError } from './safe-call-error.ts';
import { SharedBreakers } from './shared-breakers.ts';
import type { BreakerStore } from './store.ts';
import { createTokenRefresh, type WithTokenRefresh } from './token-refresh.ts';
import type { CallDefaults, CallFunction, ErrorKind, SafeCallOptions, SafeCallResult } from './types.ts';

/** What an instance is made with. All of it is optional. */
export interface SafeCallConfig {
  /** Default: the real clock, whose timers keep the process alive as long as a caller waits for them. */
  clock?: Clock | undefined;
  /** From 0 up to 1, for jitter. */
  random?: (() => number) | undefined;
  /** Used where a call leaves an option out. Copied and frozen. */
  defaults?: CallDefaults | undefined;
  /** Some sentences replaced, or a function that knows the language. */
  messages?: Partial<UserMessages> | ((kind: ErrorKind, name: string) => string) | undefined;
  /** Unhealthy keys held at the same time; the oldest goes first. Default 100000. */
  maxBreakers?: number | undefined;
  /** Shares breakers with other processes. */
  store?: BreakerStore | undefined;
  /** How often the store is read, in case news was lost. Default 2000. */
  storePollMs?: number | undefined;
}

/** The call itself, with its throwing form. */
export interface SafeCall {
  /**
   * Calls `fn` with timeout, retries and circuit breaker, and answers with a typed result. It never rejects for a
   * failure of `fn`.
   *
   * @param name - The service, as the breaker's name.
   */
  <T>(name: string, fn: CallFunction<T>, options?: SafeCallOptions<T>): Promise<SafeCallResult<T>>;
  /** As `safeCall`, but answers with the data itself and throws a `SafeCallError` for a failure. */
  orThrow<T>(name: string, fn: CallFunction<T>, options?: SafeCallOptions<T>): Promise<T>;
}

/** An instance: breakers, budgets and listeners of its own. */
export interface SafeCallInstance {
  /** Calls a function of another service: never rejects for a failure of it, answers with a {@link SafeCallResult}. */
  safeCall: SafeCall;
  /** Runs many calls with bounded concurrency; one result an item, in their order. It never rejects for a failure of an item. */
  safeCallBatch: SafeCallBatch;
  /**
   * Runs `fn` with a token; when the service says AUTH, refreshes once and runs it once more. Refreshes of the
   * same key are made once for all that wait. Answers with what `fn` does, and rejects with what `getToken`,
   * `refresh` or `fn` throws. A refresh refused with AUTH is not tried again until there is another token.
   */
  withTokenRefresh: WithTokenRefresh;
  /** With a name one status, also for a healthy one; without a name a list of what is not simply healthy. */
  getCircuitBreakerStatus: {
    (): CircuitBreakerStatus[];
    (name: string, key?: string): CircuitBreakerStatus;
  };
  /** Closes a breaker and lifts a force. Without a key: the service and all of its keys. */
  resetCircuitBreaker(name: string, key?: string): void;
  /**
   * Turns every call away (`open`), or lets every call through (`closed`), until it is reset or forced to `null`.
   * Without a key: the whole service.
   */
  forceCircuitBreaker(name: string, to: 'open' | 'closed' | null, key?: string): void;
  /** Listens to an event; returns the function that stops it. What a listener throws never reaches a call. */
  on<E extends SafeCallEvent>(event: E, listener: Listener<E>): () => void;
  /** Shares breakers with other processes from now on, as `config.store` does from the start. */
  connectStore(store: BreakerStore): void;
  /** Stops listening to the store. Calls go on with local breakers. */
  close(): Promise<void>;
  /** Entries held: breakers, dropped ones, timeouts and delays under way. */
  stats(): { breakers: number; evicted: number; pending: number };
}

const NO_OPTIONS: SafeCallOptions<never> = Object.freeze({});

function messagesOf(messages: SafeCallConfig['messages']): (kind: ErrorKind, name: string) => string {
  if (typeof messages === 'function') {
    return (kind, name) => {
      try {
        return messages(kind, name);
      } catch {
        return USER_MESSAGES[kind];
      }
    };
  }
  const all = messages === undefined ? USER_MESSAGES : { ...USER_MESSAGES, ...messages };
  return (kind) => all[kind];
}

/** Its own instance: breakers, budgets and listeners are shared with no other. */
export function createSafeCall(config: SafeCallConfig = {}): SafeCallInstance {
  const clock = config.clock ?? createSystemClock();
  const emitter = new Emitter();
  const random = config.random ?? Math.random;
  const defaults = Object.freeze({ ...config.defaults });
  const maxBreakers = config.maxBreakers ?? 100_000;
  const breakers = new Breakers({ clock, random, emitter, maxBreakers, defaults: defaults.breaker });
  const queue = new DeadlineQueue(clock);
  const background = new DeadlineQueue(clock, { background: true });
  const engine: Engine = {
    clock,
    random,
    queue,
    breakers,
    bulkheads: new Bulkheads(queue),
    budgets: new RetryBudgets(clock),
    shared: undefined,
    emitter,
    defaults,
    userMessage: messagesOf(config.messages),
  };

  function connectStore(store: BreakerStore): void {
    void engine.shared?.stop();
    const pollMs = config.storePollMs ?? 2_000;
    const shared = new SharedBreakers({
      store,
      breakers,
      queue,
      background,
      emitter,
      now: () => clock.now(),
      pollMs,
    });
    breakers.observer = shared;
    engine.shared = shared;
  }

  async function close(): Promise<void> {
    await engine.shared?.stop();
    engine.shared = undefined;
    breakers.observer = undefined;
  }

  if (config.store !== undefined) connectStore(config.store);

  function run<T>(
    name: string,
    fn: CallFunction<T>,
    options?: SafeCallOptions<T>,
  ): Promise<SafeCallResult<T>> {
    return new Call(engine, name, fn, options ?? (NO_OPTIONS as SafeCallOptions<T>)).run();
  }

  async function orThrow<T>(name: string, fn: CallFunction<T>, options?: SafeCallOptions<T>): Promise<T> {
    const result = await run(name, fn, options);
    if (result.success) return result.data;
    throw toSafeCallError(result);
  }

  function getStatus(): CircuitBreakerStatus[];
  function getStatus(name: string, key?: string): CircuitBreakerStatus;
  function getStatus(name?: string, key?: string): CircuitBreakerStatus | CircuitBreakerStatus[] {
    return name === undefined ? breakers.list() : breakers.status(name, key);
  }

  return {
    safeCall: Object.assign(run, { orThrow }),
    safeCallBatch: createBatch(run, () => clock.now()),
    withTokenRefresh: createTokenRefresh(emitter),
    getCircuitBreakerStatus: getStatus,
    resetCircuitBreaker: (name, key) => breakers.reset(name, key),
    forceCircuitBreaker: (name, to, key) => breakers.force(name, key, to),
    on: (event, listener) => emitter.on(event, listener),
    connectStore,
    close,
    stats: () => ({ ...breakers.stats, pending: queue.size + background.size }),
  };
}
