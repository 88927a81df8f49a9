import { Attempt, type AttemptOwner, NOBODY } from './attempt.ts';
import type { Permit, Rejection } from './breakers.ts';
import { Bulkheads, type Entered } from './bulkhead.ts';
import { classify } from './classify.ts';
import type { Deadline } from './deadline-queue.ts';
import type { Engine } from './engine.ts';
import { runHedged } from './hedge.ts';
import { bulkheadFull, cancelled, circuitOpen, noTimeLeft, timedOut } from './local-failures.ts';
import { type BulkheadOptions, type CircuitState, DEFAULTS } from './policy.ts';
import { delayBeforeRetry } from './retry-plan.ts';
import type {
  AttemptRecord,
  CallError,
  CallFunction,
  Classified,
  ErrorKind,
  SafeCallOptions,
  SafeCallResult,
} from './types.ts';
import { reasonOf, verdictOf } from './verdict.ts';

/** What the one attempt of most calls leaves for its end. */
interface Plain<T> {
  attempt: Attempt<T>;
  permit: Permit;
  bound: number;
  resolve(result: SafeCallResult<T> | Promise<SafeCallResult<T>>): void;
}

/**
 * One call from start to result. Order: total deadline, then retry with its budget, then for each attempt the
 * breaker's admission and the attempt's own timeout.
 */
export class Call<T> implements AttemptOwner {
  readonly #engine: Engine;
  readonly #name: string;
  readonly #fn: CallFunction<T>;
  readonly #options: SafeCallOptions<T>;
  readonly #startedAt: number;
  readonly #deadline: number;
  /** The time at the last point where some may have passed: reading the clock is not free. */
  #now: number;
  #attempts = 0;
  #ambiguous = false;
  #cause: unknown = undefined;
  #last: Classified | undefined = undefined;
  #firstKind: ErrorKind | undefined = undefined;
  #history: AttemptRecord[] | undefined = undefined;
  #cancelPending: (() => void) | undefined = undefined;
  #plain: Plain<T> | undefined = undefined;

  constructor(engine: Engine, name: string, fn: CallFunction<T>, options: SafeCallOptions<T>) {
    this.#engine = engine;
    this.#name = name;
    this.#fn = fn;
    this.#options = options;
    this.#startedAt = engine.clock.now();
    this.#now = this.#startedAt;
    const deadlineMs = options.deadlineMs ?? engine.defaults.deadlineMs;
    this.#deadline = deadlineMs === undefined ? Number.POSITIVE_INFINITY : this.#startedAt + deadlineMs;
  }

  run(): Promise<SafeCallResult<T>> {
    const { signal } = this.#options;
    if (signal !== undefined) return this.#runCancellable(signal);
    const hedge = this.#options.hedge ?? this.#engine.defaults.hedge;
    return hedge === undefined && this.#bulkhead === undefined ? this.#runPlain() : this.#loop();
  }

  /** Most calls are one attempt with a healthy permit; that one gets by with the promise of the call itself. */
  #runPlain(): Promise<SafeCallResult<T>> {
    const bound = this.#bound();
    const permit = this.#admit(bound);
    if (!permit?.admitted || permit.probes.length > 0) return this.#loop(permit);
    this.#attempts = 1;
    const attempt = new Attempt<T>(1, this.#startedAt + bound, this);
    return new Promise((resolve) => {
      this.#plain = { attempt, permit, bound, resolve };
      attempt.start(this.#fn, this.#engine.queue);
    });
  }

  onEnd(): void {
    const { attempt, permit, bound, resolve } = this.#plain as Plain<T>;
    try {
      this.#refresh();
      const outcome = this.#conclude(attempt, permit, this.#startedAt, bound);
      resolve(typeof outcome === 'number' ? this.#loopAfter(outcome) : outcome);
    } catch (error) {
      resolve(Promise.reject(error));
    }
  }

  async #runCancellable(signal: AbortSignal): Promise<SafeCallResult<T>> {
    if (signal.aborted) return this.#fail(this.#cancelled(false));
    // One listener a call, always taken off again: a server's own signal may live for months.
    const onAbort = () => this.#cancelPending?.();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#loop();
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** @param given - What the breaker has said already, if it was asked. */
  async #loop(given?: Permit | Rejection): Promise<SafeCallResult<T>> {
    const { key } = this.#options;
    for (let asked = given; ; asked = undefined) {
      let bound = this.#bound();
      const permit = asked ?? this.#admit(bound);
      if (permit === undefined) return this.#fail(this.#last ?? noTimeLeft(this.#name));
      if (!permit.admitted) return this.#turnAway(permit);
      const { shared } = this.#engine;
      if (permit.probes.length > 0 && shared !== undefined) {
        const waitMs = await shared.lease(this.#name, key, permit, this.#leaseMs(bound));
        this.#refresh();
        if (waitMs !== undefined) return this.#turnAway(this.#yieldProbe(permit, waitMs));
        if (this.#isCancelled()) return this.#handBack(permit, this.#cancelled(this.#ambiguous));
      }
      if (this.#bulkhead !== undefined) {
        const entered = await this.#enter(this.#bulkhead, this.#now + bound);
        this.#refresh();
        if (this.#isCancelled()) return this.#handBack(permit, this.#cancelled(this.#ambiguous));
        if (entered !== 'entered') return this.#handBack(permit, bulkheadFull(this.#name));
        bound = this.#bound();
      }
      this.#attempts++;
      const startedAt = this.#now;
      const attempt = await this.#runAttempt(startedAt, bound);
      this.#refresh();
      if (this.#bulkhead !== undefined) this.#engine.bulkheads.leave(Bulkheads.id(this.#name, key));
      const outcome = this.#conclude(attempt, permit, startedAt, bound);
      if (typeof outcome !== 'number') return outcome;
      if (outcome > 0 && !(await this.#pause(outcome))) return this.#fail(this.#cancelled(this.#ambiguous));
    }
  }

  async #loopAfter(delayMs: number): Promise<SafeCallResult<T>> {
    // A turn at least: an attempt that timed out is aborted before the next one begins.
    await (delayMs > 0 ? this.#pause(delayMs) : undefined);
    return this.#loop();
  }

  /** What an attempt came to: the call's result, or the delay before another attempt. */
  #conclude(
    attempt: Attempt<T>,
    permit: Permit,
    startedAt: number,
    bound: number,
  ): SafeCallResult<T> | Promise<SafeCallResult<T>> | number {
    if (attempt.state === 'succeeded') return this.#succeed(permit, attempt.value as T, startedAt);
    const failure = this.#classify(attempt, bound);
    this.#last = failure;
    this.#firstKind ??= failure.kind;
    this.#remember(failure, this.#now - startedAt);
    const delayMs = permit.probes.length > 0 ? undefined : this.#delayBeforeRetry(failure, this.#firstKind);
    const circuit = this.#settle(permit, failure, delayMs === undefined);
    if (delayMs === undefined) return this.#fail(failure, circuit);
    this.#announceRetry(failure, delayMs);
    return delayMs;
  }

  /** The time that an attempt begun now may take. */
  #bound(): number {
    const timeoutMs = this.#options.timeoutMs ?? this.#engine.defaults.timeoutMs ?? DEFAULTS.timeoutMs;
    return Math.min(timeoutMs, this.#deadline - this.#now);
  }

  /** Nothing when there is no time for an attempt. */
  #admit(bound: number): Permit | Rejection | undefined {
    if (!(bound > 0)) return undefined;
    const { breakers } = this.#engine;
    return breakers.admit(this.#name, this.#options.key, this.#leaseMs(bound), this.#now);
  }

  #refresh(): void {
    this.#now = this.#engine.clock.now();
  }

  /** Ends without the attempt that the permit was for. */
  #handBack(permit: Permit, failure: Classified): SafeCallResult<T> | Promise<SafeCallResult<T>> {
    const { breakers } = this.#engine;
    breakers.settle(this.#name, this.#options.key, permit, 'neutral', this.#options.breaker, this.#now);
    return this.#fail(failure);
  }

  #runAttempt(now: number, bound: number): Promise<Attempt<T>> {
    const { queue } = this.#engine;
    const hedge = this.#options.hedge ?? this.#engine.defaults.hedge;
    const attempt = new Attempt<T>(this.#attempts, now + bound, this);
    if (this.#options.signal !== undefined) this.#cancelPending = () => attempt.cancel();
    if (hedge !== undefined && (this.#options.idempotent ?? this.#engine.defaults.idempotent ?? true)) {
      const second = () => this.#hedge(now + bound);
      return runHedged({ first: attempt, fn: this.#fn, queue, at: now + hedge.afterMs, second });
    }
    return attempt.run(this.#fn, queue);
  }

  /** A hedge is a retry made early, and is paid for from the same budget. */
  #hedge(at: number): Attempt<T> | undefined {
    const { budgets, defaults, emitter } = this.#engine;
    const budget = this.#options.retryBudget ?? defaults.retryBudget;
    if (budget !== false && !budgets.take(this.#name, budget)) return undefined;
    emitter.emit('hedge', { name: this.#name, key: this.#options.key });
    return new Attempt<T>(this.#attempts, at, NOBODY);
  }

  #enter(options: BulkheadOptions, until: number): Entered | Promise<Entered> {
    const id = Bulkheads.id(this.#name, this.#options.key);
    return this.#engine.bulkheads.enter(id, options, until, (giveUp) => {
      this.#cancelPending = giveUp;
    });
  }

  get #bulkhead(): BulkheadOptions | undefined {
    return this.#options.bulkhead ?? this.#engine.defaults.bulkhead;
  }

  #isCancelled(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  #yieldProbe(permit: Permit, retryAfterMs: number): Rejection {
    this.#engine.breakers.yieldProbe(this.#name, this.#options.key, permit, retryAfterMs);
    return { admitted: false, level: permit.probes[0] ?? 'key', retryAfterMs, reason: undefined };
  }

  /** After an attempt its failure says more than the breaker that came between. */
  #turnAway(rejection: Rejection): SafeCallResult<T> | Promise<SafeCallResult<T>> {
    if (this.#last !== undefined) return this.#fail(this.#last);
    this.#cause = rejection.reason;
    return this.#fail(circuitOpen(this.#name, rejection), 'open');
  }

  #remember(failure: Classified, elapsedMs: number): void {
    const { kind, message } = failure;
    this.#ambiguous ||= failure.ambiguous;
    const record = { attempt: this.#attempts, kind, message, elapsedMs };
    // Pushing into an empty array makes room for many; most calls fail once.
    if (this.#history === undefined) this.#history = [record];
    else this.#history.push(record);
  }

  /** Resolves false when the caller canceled in the meantime. */
  async #pause(delayMs: number): Promise<boolean> {
    const slept = await this.#sleep(this.#now + delayMs);
    this.#refresh();
    return slept;
  }

  #sleep(at: number): Promise<boolean> {
    const { queue } = this.#engine;
    return new Promise((resolve) => {
      const entry: Deadline = { at, slot: -1, onDue: () => resolve(true) };
      this.#cancelPending = () => {
        queue.remove(entry);
        resolve(false);
      };
      queue.add(entry);
    });
  }

  #classify(attempt: Attempt<T>, boundMs: number): Classified {
    if (attempt.state === 'cancelled') return this.#cancelled(true);
    if (attempt.state === 'timed_out') return timedOut(this.#name, boundMs);
    const classified = classify(attempt.error, {
      wallNow: this.#engine.clock.wallNow,
      cancelled: this.#isCancelled(),
      custom: this.#options.classify ?? this.#engine.defaults.classify,
    });
    if (classified.retryAfterMs !== undefined) {
      classified.retryAfterMs = Math.min(classified.retryAfterMs, DEFAULTS.maxHoldMs);
    }
    this.#cause = attempt.error;
    return classified;
  }

  #cancelled(ambiguous: boolean): Classified {
    this.#cause = this.#options.signal?.reason;
    return cancelled(ambiguous);
  }

  #delayBeforeRetry(failure: Classified, firstKind: ErrorKind): number | undefined {
    const { retries = this.#engine.defaults.retries ?? DEFAULTS.retries } = this.#options;
    if (this.#attempts > retries) return undefined;
    const situation = {
      name: this.#name,
      attempts: this.#attempts,
      firstKind,
      now: this.#now,
      deadline: this.#deadline,
    };
    return delayBeforeRetry(this.#engine, this.#options as SafeCallOptions<never>, failure, situation);
  }

  /**
   * One failure a call: an attempt that will be retried hands its permit back without a verdict. Answers with the
   * breaker's state where that is its last word.
   */
  #settle(permit: Permit, failure: Classified, isFinal: boolean): CircuitState | undefined {
    const { breakers } = this.#engine;
    const { key, breaker } = this.#options;
    const reason = reasonOf(failure);
    const verdict = verdictOf(failure);
    const counts = isFinal || verdict === 'success' || this.#countsAttempts();
    const counted = counts ? verdict : 'neutral';
    const circuit = breakers.settle(this.#name, key, permit, counted, breaker, this.#now, reason);
    if (failure.retryAfterMs !== undefined && failure.retryAfterMs > 0 && failure.kind !== 'CIRCUIT_OPEN') {
      // From the moment that the retry is counted from, or it would meet this rest when it wakes.
      breakers.hold(this.#name, key, permit, failure.retryAfterMs, this.#now, reason);
      return undefined;
    }
    // Who listens may yet reset the breaker.
    return this.#engine.emitter.has('failure') ? undefined : circuit;
  }

  #leaseMs(bound: number): number {
    const { breaker } = this.#options;
    return Math.min(bound, breaker?.cooldownMs ?? this.#engine.defaults.breaker?.cooldownMs ?? 30_000);
  }

  #countsAttempts(): boolean {
    return (this.#options.breaker?.count ?? this.#engine.defaults.breaker?.count) === 'attempts';
  }

  #announceRetry(failure: Classified, delayMs: number): void {
    const { emitter } = this.#engine;
    if (!emitter.has('retry')) return;
    const { kind, message } = failure;
    const { key } = this.#options;
    const attempt = this.#attempts;
    emitter.emit('retry', { name: this.#name, key, kind, attempt, delayMs, message });
  }

  #succeed(permit: Permit, data: T, startedAt: number): SafeCallResult<T> {
    const { breakers, budgets, emitter, defaults } = this.#engine;
    const { key } = this.#options;
    const now = this.#now;
    const slowMs = (this.#options.breaker?.window ?? defaults.breaker?.window)?.slowCallMs;
    const verdict = slowMs !== undefined && now - startedAt > slowMs ? 'slow' : 'success';
    breakers.settle(this.#name, key, permit, verdict, this.#options.breaker, now);
    const budget = this.#options.retryBudget ?? defaults.retryBudget;
    if (budget !== false) budgets.earn(this.#name, budget);
    const attempts = this.#attempts;
    const elapsedMs = now - this.#startedAt;
    if (emitter.has('success')) emitter.emit('success', { name: this.#name, key, attempts, elapsedMs });
    return { success: true, data, attempts, elapsedMs };
  }

  #fail(failure: Classified, known?: CircuitState): SafeCallResult<T> | Promise<SafeCallResult<T>> {
    const { emitter, breakers, userMessage } = this.#engine;
    const { key, fallback } = this.#options;
    const { kind, message, status, code, retryAfterMs } = failure;
    const history = this.#history ?? [];
    const cause = this.#cause;
    const service = this.#name;
    const error: CallError = { kind, message, status, code, cause, service, key, retryAfterMs, history };
    const attempts = this.#attempts;
    const elapsedMs = this.#now - this.#startedAt;
    const ambiguous = this.#ambiguous || failure.ambiguous;
    if (emitter.has('failure')) {
      emitter.emit('failure', { name: this.#name, key, kind, error, attempts, elapsedMs, ambiguous });
    }
    if (fallback !== undefined && kind !== 'CANCELLED') return this.#fallBack(error, ambiguous);
    const circuit = known ?? breakers.stateOf(this.#name, key);
    const sentence = userMessage(kind, this.#name);
    return { success: false, error, userMessage: sentence, attempts, elapsedMs, circuit, ambiguous };
  }

  async #fallBack(error: CallError, ambiguous: boolean): Promise<SafeCallResult<T>> {
    const { fallback, key } = this.#options;
    const attempts = this.#attempts;
    try {
      const data = await (typeof fallback === 'function'
        ? (fallback as (error: CallError) => T | Promise<T>)(error)
        : (fallback as T));
      return { success: true, data, attempts, elapsedMs: this.#elapsed(), fallbackFor: error };
    } catch {
      // The fallback failed too; the first failure is the one that explains.
      const circuit = this.#engine.breakers.stateOf(this.#name, key);
      const userMessage = this.#engine.userMessage(error.kind, this.#name);
      return { success: false, error, userMessage, attempts, elapsedMs: this.#elapsed(), circuit, ambiguous };
    }
  }

  #elapsed(): number {
    return this.#engine.clock.now() - this.#startedAt;
  }

  onLate(attempt: number, outcome: 'success' | 'failure', value: unknown): void {
    const { emitter } = this.#engine;
    if (!emitter.has('late')) return;
    const subject = { name: this.#name, key: this.#options.key, outcome, attempt };
    emitter.emit('late', outcome === 'success' ? { ...subject, data: value } : { ...subject, error: value });
  }
}
