import * as cockatiel from 'cockatiel';
import CircuitBreaker from 'opossum';
import pRetry from 'p-retry';
import { createSafeCall } from '../create-safe-call.ts';
import { toSafeCallError } from '../safe-call-error.ts';
import type { SafeCallOptions } from '../types.ts';

export type Work = (context: { signal?: AbortSignal | undefined }) => Promise<unknown>;

export interface Setup {
  /** Retries after the first attempt, 500 ms apart. Default none. */
  retries?: number;
  /** Bound of an attempt. Default none. */
  timeoutMs?: number;
  /** Calls under way at the same time. */
  limit?: number;
  /** What a thrown error says the wait should be. */
  delayMs?: number;
}

/** A circuit of any of the libraries: opens after three failures, one probe after 30 seconds. */
export interface Circuit {
  /** Rejects as the library does. */
  call(work: Work, signal?: AbortSignal): Promise<unknown>;
  isOpen(): boolean;
  isClosed(): boolean;
  onOpen?(listener: () => void): void;
}

export interface Subject {
  name: string;
  make(setup?: Setup): Circuit;
}

export const COOLDOWN = 30_000;

/** What none of them counts: bugs of the caller. */
const counts = (error: unknown) => !(error instanceof TypeError);

const safeCallSubject: Subject = {
  name: 'safe-call',
  make({ retries = 0, timeoutMs = Number.POSITIVE_INFINITY, limit, delayMs } = {}) {
    const { safeCall, getCircuitBreakerStatus, on } = createSafeCall({ random: () => 0.5 });
    const state = () => getCircuitBreakerStatus('svc').state;
    const options: SafeCallOptions = { retries, timeoutMs, backoffMs: 500 };
    if (limit !== undefined) options.bulkhead = { max: limit };
    if (delayMs !== undefined) options.classify = () => ({ retryAfterMs: delayMs });
    return {
      async call(work, signal) {
        const result = await safeCall('svc', (context) => work({ signal: context.signal }), {
          ...options,
          signal,
        });
        if (result.success) return result.data;
        throw toSafeCallError(result);
      },
      isOpen: () => state() === 'open',
      isClosed: () => state() === 'closed',
      onOpen: (listener) => on('open', listener),
    };
  },
};

const cockatielSubject: Subject = {
  name: 'cockatiel',
  make({ retries = 0, timeoutMs, limit, delayMs } = {}) {
    const breaker = cockatiel.circuitBreaker(cockatiel.handleWhen(counts), {
      halfOpenAfter: COOLDOWN,
      breaker: new cockatiel.ConsecutiveBreaker(3),
    });
    const backoff = new cockatiel.ConstantBackoff(delayMs ?? 500);
    const policies: cockatiel.IPolicy[] = [breaker];
    if (retries > 0)
      policies.unshift(cockatiel.retry(cockatiel.handleAll, { maxAttempts: retries, backoff }));
    if (limit !== undefined) policies.push(cockatiel.bulkhead(limit));
    if (timeoutMs !== undefined)
      policies.push(cockatiel.timeout(timeoutMs, cockatiel.TimeoutStrategy.Aggressive));
    const policy = cockatiel.wrap(...policies);
    return {
      call: (work, signal) => policy.execute((context) => work({ signal: context.signal }), signal),
      isOpen: () => breaker.state === cockatiel.CircuitState.Open,
      isClosed: () => breaker.state === cockatiel.CircuitState.Closed,
      onOpen: (listener) => void breaker.onBreak(listener),
    };
  },
};

/** opossum has no retry; with p-retry around it, as people do. */
const opossumSubject: Subject = {
  name: 'opossum + p-retry',
  make({ retries = 0, timeoutMs, limit, delayMs } = {}) {
    const breaker = new CircuitBreaker((work: Work, signal?: AbortSignal) => work({ signal }), {
      timeout: timeoutMs ?? false,
      resetTimeout: COOLDOWN,
      volumeThreshold: 3,
      errorThresholdPercentage: 50,
      errorFilter: (error) => !counts(error),
      ...(limit === undefined ? {} : { capacity: limit }),
    });
    const retryOptions = { retries, minTimeout: delayMs ?? 500, factor: 1 };
    return {
      call: (work, signal) =>
        retries === 0
          ? breaker.fire(work, signal)
          : pRetry(() => breaker.fire(work, signal), { ...retryOptions, ...(signal ? { signal } : {}) }),
      isOpen: () => breaker.opened,
      isClosed: () => breaker.closed,
      onOpen: (listener) => void breaker.on('open', listener),
    };
  },
};

export const subjects: readonly Subject[] = [safeCallSubject, cockatielSubject, opossumSubject];
