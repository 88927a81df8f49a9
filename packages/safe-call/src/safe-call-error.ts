import type { CallFailure, ErrorKind } from './types.ts';

const BRAND = Symbol.for('@voxanne/safe-call/error');

/** What `safeCall.orThrow` throws: the failed result as an error, with the original as `cause`. */
export class SafeCallError extends Error {
  readonly kind: ErrorKind;
  readonly service: string;
  readonly key: string | undefined;
  readonly userMessage: string;
  readonly retryAfterMs: number | undefined;
  readonly ambiguous: boolean;
  readonly result: CallFailure;

  constructor(result: CallFailure) {
    super(result.error.message, { cause: result.error.cause });
    this.name = 'SafeCallError';
    this.kind = result.error.kind;
    this.service = result.error.service;
    this.key = result.error.key;
    this.userMessage = result.userMessage;
    this.retryAfterMs = result.error.retryAfterMs;
    this.ambiguous = result.ambiguous;
    this.result = result;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Makes the error without a stack: it would show only this package, and taking it costs more than the call. */
export function toSafeCallError(result: CallFailure): SafeCallError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new SafeCallError(result);
  Error.stackTraceLimit = limit;
  return error;
}

/** True for errors of any copy of this package. */
export function isSafeCallError(error: unknown): error is SafeCallError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
}
