import type {
  BreakerOptions,
  BulkheadOptions,
  CircuitState,
  HedgeOptions,
  RetryBudgetOptions,
} from './policy.ts';

/** What went wrong, as far as a caller can act on it. */
export type ErrorKind =
  | 'NETWORK'
  | 'AUTH'
  | 'RATE_LIMIT'
  | 'TEMPORARY'
  | 'PERMANENT'
  | 'TIMEOUT'
  | 'CIRCUIT_OPEN'
  | 'CANCELLED';

/** What `fn` is given for each attempt. */
export interface CallContext {
  /** Aborted when the attempt times out or the caller cancels. Made on first use: reading it is not free. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** The work. It may throw, reject or answer at once; it should pass `signal` on. */
export type CallFunction<T> = (context: CallContext) => Promise<T> | T;

/** An error reduced to what decides about retry, breaker and the sentence for the caller. */
export interface Classified {
  kind: ErrorKind;
  message: string;
  status?: number | undefined;
  code?: string | number | undefined;
  /** What the service asked for, already bounded. */
  retryAfterMs?: number | undefined;
  /** The request may have been processed although no good answer came back. */
  ambiguous: boolean;
  /** The error proves that the service answered (any status, an OAuth error): it is reachable. */
  reached: boolean;
  /** The error arose here (a bug, a validation): it says nothing about the service. */
  local: boolean;
}

/** What a `classify` option may answer: a kind, some of the facts, or nothing (the built-in rules decide). */
export type ClassifyAnswer = ErrorKind | Partial<Classified> | undefined;

/** One failed attempt of a call, for logs. */
export interface AttemptRecord {
  attempt: number;
  kind: ErrorKind;
  message: string;
  elapsedMs: number;
}

/** Why a call failed. */
export interface CallError {
  kind: ErrorKind;
  /** For logs. It may quote the service; never read it to a person. */
  message: string;
  status?: number | undefined;
  code?: string | number | undefined;
  /** What `fn` threw; for CIRCUIT_OPEN the kind and message of the failure that opened the breaker. */
  cause: unknown;
  /** The name that `safeCall` was given. */
  service: string;
  key?: string | undefined;
  /** When it makes sense to try again, if known. */
  retryAfterMs?: number | undefined;
  /** Every failed attempt in order. */
  history: AttemptRecord[];
}

/** The work was done, or the fallback answered. */
export interface CallSuccess<T> {
  success: true;
  data: T;
  attempts: number;
  elapsedMs: number;
  /** Present when `data` came from the fallback: the failure it replaces. */
  fallbackFor?: CallError;
}

/** The call failed. Nothing is thrown: this is the answer. */
export interface CallFailure {
  success: false;
  error: CallError;
  /** A sentence that a voice agent can read to the person on the phone. */
  userMessage: string;
  attempts: number;
  elapsedMs: number;
  /** The breaker after this call, the service's own first. */
  circuit: CircuitState;
  /** True when the service may have processed some attempt; false when it surely did not. */
  ambiguous: boolean;
}

/** What `safeCall` answers with. Look at `success` first. */
export type SafeCallResult<T> = CallSuccess<T> | CallFailure;

/** Options of one call. What is left out is taken from the defaults of the instance, then from the system's. */
export interface SafeCallOptions<T = unknown> {
  /** Retries after the first attempt. Default 3. */
  retries?: number | undefined;
  /** First delay; doubles each time. Default 1000. */
  backoffMs?: number | undefined;
  /** Upper bound of one delay. Default 30000. */
  maxBackoffMs?: number | undefined;
  /** Bound of one attempt. Default 10000; `Infinity` for none. */
  timeoutMs?: number | undefined;
  /** Bound of the whole call, delays included. Retries that cannot fit are not tried. Default none. */
  deadlineMs?: number | undefined;
  /** The longest Retry-After that is waited for inside the call. Default 10000. */
  maxRetryAfterMs?: number | undefined;
  /** The tenant: one breaker for each name and key. */
  key?: string | undefined;
  /** False: retried only where the request was surely not processed. Default true. */
  idempotent?: boolean | undefined;
  /** First say about an error; `undefined` leaves it to the built-in rules. */
  classify?: ((error: unknown) => ClassifyAnswer) | undefined;
  /** A value, or a function of the failure, to answer with instead of failing. */
  fallback?: T | ((error: CallError) => T | Promise<T>) | undefined;
  /** Cancels the call, its delays included. */
  signal?: AbortSignal | undefined;
  /** Replaces single breaker rules for this call. */
  breaker?: BreakerOptions | undefined;
  /** Default none. */
  bulkhead?: BulkheadOptions | undefined;
  /** Default none. */
  hedge?: HedgeOptions | undefined;
  /** Tokens shared by all retries of a name; `false` for none. */
  retryBudget?: RetryBudgetOptions | false | undefined;
}

/** What may be set for all calls of an instance. */
export type CallDefaults = Omit<SafeCallOptions, 'key' | 'signal' | 'fallback'>;
