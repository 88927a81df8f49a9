import { Attempt, type LateListener } from './attempt.ts';
import type { Permit, Rejection } from './breakers.ts';
import { Bulkheads, type Entered } from './bulkhead.ts';
import { classify } from './classify.ts';
import type { Deadline, DeadlineQueue } from './deadline-queue.ts';
import type { Engine } from './engine.ts';
import { runHedged } from './hedge.ts';
import { bulkheadFull, cancelled, circuitOpen, noTimeLeft, timedOut } from './local-failures.ts';
import { type BulkheadOptions, DEFAULTS } from './policy.ts';
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
import { verdictOf } from './verdict.ts';

/** The loser of a hedge was wanted by nobody. */
const SILENT: LateListener = { onLate: () => {} };

/** An open breaker keeps the message of what opened it; vendors put whole pages into theirs. */
const LONGEST_REASON = 200;

/**
 * One call from start to result. Order: total deadline, then retry with its budget, then for each attempt the
 * breaker's admission and the attempt's own timeout.
 */
export class Call<T> implements LateListener {
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
  #history: AttemptRecord[] | undefined = undefined;
  #cancelPending: (() => void) | undefined = undefined;

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
    return signal === undefined ? this.#loop() : this.#runCancellable(signal);
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

  async #loop(): Promise<SafeCallResult<T>> {
    const { breakers, defaults, queue } = this.#engine;
    const { key } = this.#options;
    const timeoutMs = this.#options.timeoutMs ?? defaults.timeoutMs ?? DEFAULTS.timeoutMs;
    let last: Classified | undefined;
    let firstKind: ErrorKind | undefined;
    for (;;) {
      let bound = Math.min(timeoutMs, this.#deadline - this.#now);
      if (!(bound > 0)) return this.#fail(last ?? noTimeLeft(this.#name));
      const leaseMs = Math.min(bound, this.#cooldownMs());
      const permit = breakers.admit(this.#name, key, leaseMs, this.#now);
      if (!permit.admitted) return this.#turnAway(last, permit);
      const { shared } = this.#engine;
      if (permit.probes.length > 0 && shared !== undefined) {
        const waitMs = await shared.lease(this.#name, key, permit, leaseMs);
        this.#refresh();
        if (waitMs !== undefined) return this.#turnAway(last, this.#yieldProbe(permit, waitMs));
        if (this.#isCancelled()) return this.#handBack(permit, this.#cancelled(this.#ambiguous));
      }
      if (this.#bulkhead !== undefined) {
        const entered = await this.#enter(this.#bulkhead, this.#now + bound);
        this.#refresh();
        if (this.#isCancelled()) return this.#handBack(permit, this.#cancelled(this.#ambiguous));
        if (entered !== 'entered') return this.#handBack(permit, bulkheadFull(this.#name));
        bound = Math.min(timeoutMs, this.#deadline - this.#now);
      }
      this.#attempts++;
      const startedAt = this.#now;
      const attempt = await this.#runAttempt(startedAt, bound, queue);
      this.#refresh();
      if (this.#bulkhead !== undefined) this.#engine.bulkheads.leave(Bulkheads.id(this.#name, key));
      if (attempt.state === 'succeeded') return this.#succeed(permit, attempt.value as T, startedAt);

      const failure = this.#classify(attempt, bound);
      last = failure;
      firstKind ??= failure.kind;
      this.#remember(failure, this.#now - startedAt);
      const delayMs = permit.probes.length > 0 ? undefined : this.#delayBeforeRetry(failure, firstKind);
      this.#settle(permit, failure, delayMs === undefined);
      if (delayMs === undefined) return this.#fail(failure);
      this.#announceRetry(failure, delayMs);
      if (delayMs === 0) continue;
      const slept = await this.#sleep(this.#now + delayMs);
      this.#refresh();
      if (!slept) return this.#fail(this.#cancelled(this.#ambiguous));
    }
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

  #runAttempt(now: number, bound: number, queue: DeadlineQueue): Promise<Attempt<T>> {
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
    return new Attempt<T>(this.#attempts, at, SILENT);
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
  #turnAway(
    last: Classified | undefined,
    rejection: Rejection,
  ): SafeCallResult<T> | Promise<SafeCallResult<T>> {
    if (last !== undefined) return this.#fail(last);
    this.#cause = rejection.reason;
    return this.#fail(circuitOpen(this.#name, rejection), rejection);
  }

  #remember(failure: Classified, elapsedMs: number): void {
    const { kind, message } = failure;
    this.#ambiguous ||= failure.ambiguous;
    this.#history ??= [];
    this.#history.push({ attempt: this.#attempts, kind, message, elapsedMs });
  }

  /** Resolves false when the caller cancelled meanwhile. */
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

  /** One failure a call: an attempt that will be retried hands its permit back without a verdict. */
  #settle(permit: Permit, failure: Classified, isFinal: boolean): void {
    const { breakers } = this.#engine;
    const { key } = this.#options;
    const message =
      failure.message.length > LONGEST_REASON ? failure.message.slice(0, LONGEST_REASON) : failure.message;
    const reason = { kind: failure.kind, message };
    const verdict = verdictOf(failure);
    const counts = isFinal || verdict === 'success' || this.#countsAttempts();
    breakers.settle(
      this.#name,
      key,
      permit,
      counts ? verdict : 'neutral',
      this.#options.breaker,
      this.#now,
      reason,
    );
    if (failure.retryAfterMs !== undefined && failure.retryAfterMs > 0 && failure.kind !== 'CIRCUIT_OPEN') {
      breakers.hold(this.#name, key, permit, failure.retryAfterMs, reason);
    }
  }

  #cooldownMs(): number {
    return this.#options.breaker?.cooldownMs ?? this.#engine.defaults.breaker?.cooldownMs ?? 30_000;
  }

  #countsAttempts(): boolean {
    return (this.#options.breaker?.count ?? this.#engine.defaults.breaker?.count) === 'attempts';
  }

  #announceRetry(failure: Classified, delayMs: number): void {
    const { emitter } = this.#engine;
    if (!emitter.has('retry')) return;
    const { kind, message } = failure;
    emitter.emit('retry', {
      name: this.#name,
      key: this.#options.key,
      kind,
      attempt: this.#attempts,
      delayMs,
      message,
    });
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

  #fail(failure: Classified, rejection?: Rejection): SafeCallResult<T> | Promise<SafeCallResult<T>> {
    const { emitter, breakers, userMessage } = this.#engine;
    const { key, fallback } = this.#options;
    const { kind, message, status, code, retryAfterMs } = failure;
    const history = this.#history ?? [];
    const cause = this.#cause;
    const error: CallError = {
      kind,
      message,
      status,
      code,
      cause,
      service: this.#name,
      key,
      retryAfterMs,
      history,
    };
    const attempts = this.#attempts;
    const elapsedMs = this.#now - this.#startedAt;
    const ambiguous = this.#ambiguous || failure.ambiguous;
    if (emitter.has('failure')) {
      emitter.emit('failure', { name: this.#name, key, kind, error, attempts, elapsedMs, ambiguous });
    }
    if (fallback !== undefined && kind !== 'CANCELLED') return this.#fallBack(error, ambiguous);
    // A rejection already says that the breaker is not closed; anything else has to ask.
    const circuit = rejection === undefined ? breakers.stateOf(this.#name, key) : 'open';
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
