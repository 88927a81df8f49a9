import { Attempt, type LateListener } from './attempt.ts';
import { afterRetryAfter, backoffDelay } from './backoff.ts';
import type { Permit, Rejection } from './breakers.ts';
import { classify } from './classify.ts';
import type { Deadline } from './deadline-queue.ts';
import type { Engine } from './engine.ts';
import { type BreakerRules, breakerRules, DEFAULTS } from './policy.ts';
import type {
  AttemptRecord,
  CallError,
  CallFunction,
  Classified,
  ErrorKind,
  SafeCallOptions,
  SafeCallResult,
} from './types.ts';
import { isRetryable, verdictOf } from './verdict.ts';

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
    let now = this.#startedAt;
    let last: Classified | undefined;
    let firstKind: ErrorKind | undefined;
    for (;;) {
      const bound = Math.min(timeoutMs, this.#deadline - now);
      if (bound <= 0) return this.#fail(this.#tooLate());
      const permit = breakers.admit(this.#name, key, Math.min(bound, this.#cooldownMs()));
      if (!permit.admitted)
        return this.#fail(last ?? this.#rejected(permit), last === undefined ? permit : undefined);
      this.#attempts++;
      const attempt = new Attempt<T>(this.#attempts, now + bound, this);
      if (bound !== Number.POSITIVE_INFINITY) queue.add(attempt);
      if (this.#options.signal !== undefined) this.#cancelPending = () => attempt.cancel();
      await attempt.run(this.#fn);
      queue.remove(attempt);
      this.#cancelPending = undefined;
      if (attempt.state === 'succeeded') return this.#succeed(permit, attempt.value as T);

      const failure = this.#classify(attempt, bound);
      const startedAt = now;
      now = this.#engine.clock.now();
      last = failure;
      firstKind ??= failure.kind;
      this.#ambiguous ||= failure.ambiguous;
      this.#history ??= [];
      this.#history.push({
        attempt: this.#attempts,
        kind: failure.kind,
        message: failure.message,
        elapsedMs: now - startedAt,
      });
      const delayMs = this.#delayBeforeRetry(failure, firstKind, permit, now);
      this.#settle(permit, failure, delayMs === undefined);
      if (delayMs === undefined) return this.#fail(failure);
      this.#announceRetry(failure, delayMs);
      if (delayMs > 0 && !(await this.#sleep(now + delayMs)))
        return this.#fail(this.#cancelled(this.#ambiguous));
      now = this.#engine.clock.now();
    }
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
    if (attempt.state === 'timed_out') {
      const message = `${this.#name} did not answer within ${Math.round(boundMs)} ms`;
      return { kind: 'TIMEOUT', message, ambiguous: true, reached: false, local: false };
    }
    const classified = classify(attempt.error, {
      wallNow: this.#engine.clock.wallNow(),
      cancelled: this.#options.signal?.aborted ?? false,
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
    return { kind: 'CANCELLED', message: 'the caller cancelled', ambiguous, reached: false, local: false };
  }

  #tooLate(): Classified {
    const message = `no time was left to call ${this.#name}`;
    return { kind: 'TIMEOUT', message, ambiguous: this.#ambiguous, reached: false, local: true };
  }

  #rejected(rejection: Rejection): Classified {
    this.#cause = rejection.reason;
    const { level, retryAfterMs } = rejection;
    const whose = level === 'service' ? 'the service' : 'this key';
    const message = `${this.#name} is not called: the circuit breaker of ${whose} is open`;
    return { kind: 'CIRCUIT_OPEN', message, retryAfterMs, ambiguous: false, reached: false, local: true };
  }

  #delayBeforeRetry(
    failure: Classified,
    firstKind: ErrorKind,
    permit: Permit,
    now: number,
  ): number | undefined {
    const { defaults, budgets, random, emitter } = this.#engine;
    const options = this.#options;
    if (this.#attempts > (options.retries ?? defaults.retries ?? DEFAULTS.retries)) return undefined;
    if (!isRetryable(failure, options.idempotent ?? defaults.idempotent ?? true)) return undefined;
    // A probe that failed has just opened the breaker again.
    if (permit.probe) return undefined;
    let delayMs: number;
    if (failure.retryAfterMs === undefined) {
      const baseMs = options.backoffMs ?? defaults.backoffMs ?? DEFAULTS.backoffMs;
      const maxMs = options.maxBackoffMs ?? defaults.maxBackoffMs ?? DEFAULTS.maxBackoffMs;
      delayMs = backoffDelay(this.#attempts - 1, firstKind, baseMs, maxMs, random());
    } else {
      if (
        failure.retryAfterMs >
        (options.maxRetryAfterMs ?? defaults.maxRetryAfterMs ?? DEFAULTS.maxRetryAfterMs)
      ) {
        return undefined;
      }
      delayMs = afterRetryAfter(failure.retryAfterMs, random());
    }
    if (now + delayMs >= this.#deadline) return undefined;
    const budget = options.retryBudget ?? defaults.retryBudget;
    if (budget === false || budgets.take(this.#name, budget)) return delayMs;
    emitter.emit('budget', { name: this.#name, key: options.key, kind: failure.kind });
    return undefined;
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
    breakers.settle(this.#name, key, permit, counts ? verdict : 'neutral', this.#rules, reason);
    if (failure.retryAfterMs !== undefined && failure.retryAfterMs > 0 && failure.kind !== 'CIRCUIT_OPEN') {
      breakers.hold(this.#name, key, permit, failure.retryAfterMs, reason);
    }
  }

  readonly #rules = (): BreakerRules => breakerRules(this.#options.breaker, this.#engine.defaults.breaker);

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

  #succeed(permit: Permit, data: T): SafeCallResult<T> {
    const { breakers, budgets, clock, emitter, defaults } = this.#engine;
    const { key } = this.#options;
    breakers.settle(this.#name, key, permit, 'success', this.#rules);
    const budget = this.#options.retryBudget ?? defaults.retryBudget;
    if (budget !== false) budgets.earn(this.#name, budget);
    const attempts = this.#attempts;
    const elapsedMs = clock.now() - this.#startedAt;
    if (emitter.has('success')) emitter.emit('success', { name: this.#name, key, attempts, elapsedMs });
    return { success: true, data, attempts, elapsedMs };
  }

  #fail(failure: Classified, rejection?: Rejection): SafeCallResult<T> | Promise<SafeCallResult<T>> {
    const { clock, emitter, breakers, userMessage } = this.#engine;
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
    const elapsedMs = clock.now() - this.#startedAt;
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
