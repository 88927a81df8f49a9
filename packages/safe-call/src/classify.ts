import { type ErrorShape, shapeOf } from './error-shape.ts';
import { parseRetryAfter, retryAfterOf } from './retry-after.ts';
import type { Classified, ClassifyAnswer, ErrorKind } from './types.ts';

const ERROR_KINDS: ReadonlySet<string> = new Set<ErrorKind>([
  'NETWORK',
  'AUTH',
  'RATE_LIMIT',
  'TEMPORARY',
  'PERMANENT',
  'TIMEOUT',
  'CIRCUIT_OPEN',
  'CANCELLED',
]);

/** No connection was made, so nothing was processed. */
const CONNECT_CODES = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The connection broke with the request under way. */
const BROKEN_CODES = new Set([
  'ECONNRESET',
  'EPIPE',
  'EPROTO',
  'UND_ERR_SOCKET',
  'ERR_NETWORK',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

const TIMEOUT_CODES = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ECONNABORTED',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

const ABORT_CODES = new Set(['ABORT_ERR', 'ERR_CANCELED', 'UND_ERR_ABORTED']);

const AUTH_REASONS = new Set([
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'invalid_token',
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'authError',
]);

const RATE_REASONS = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'ratelimited',
  'rate_limited',
]);

const TEMPORARY_REASONS = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'backendError',
]);

/** Bugs and refusals of our own code: they never left the process. */
const LOCAL_NAMES = new Set([
  'TypeError',
  'ReferenceError',
  'RangeError',
  'SyntaxError',
  'EvalError',
  'URIError',
  'AssertionError',
  'ZodError',
]);

interface Facts {
  ambiguous?: boolean;
  reached?: boolean;
  local?: boolean;
}

function found(shape: ErrorShape, kind: ErrorKind, facts: Facts = {}): Classified {
  return {
    kind,
    message: shape.message,
    status: shape.status,
    code: shape.code ?? shape.reason,
    ambiguous: facts.ambiguous ?? false,
    reached: facts.reached ?? false,
    local: facts.local ?? false,
  };
}

function byReason(shape: ErrorShape): Classified | undefined {
  const reason = shape.reason ?? (AUTH_REASONS.has(shape.message) ? shape.message : undefined);
  if (reason === undefined) return undefined;
  if (AUTH_REASONS.has(reason)) return found(shape, 'AUTH', { reached: true });
  if (RATE_REASONS.has(reason)) return found(shape, 'RATE_LIMIT', { reached: true });
  if (shape.code === 'slack_webapi_platform_error') {
    if (TEMPORARY_REASONS.has(reason)) return found(shape, 'TEMPORARY', { reached: true, ambiguous: true });
    return found(shape, 'PERMANENT', { reached: true });
  }
  return undefined;
}

function byStatus(shape: ErrorShape, status: number): Classified {
  if (status === 401) return found(shape, 'AUTH', { reached: true });
  if (status === 429) return found(shape, 'RATE_LIMIT', { reached: true });
  if (status === 408 || status >= 500) return found(shape, 'TEMPORARY', { reached: true, ambiguous: true });
  if (status >= 300) return found(shape, 'PERMANENT', { reached: true });
  // A good status and still an error: the answer could not be read. The work is most likely done.
  return found(shape, 'TEMPORARY', { reached: true, ambiguous: true });
}

function byCode(shape: ErrorShape, code: string | number | undefined): Classified | undefined {
  if (typeof code !== 'string') return undefined;
  if (CONNECT_CODES.has(code)) return found(shape, 'NETWORK');
  if (code === 'ETIMEDOUT' && shape.syscall === 'connect') return found(shape, 'NETWORK');
  if (BROKEN_CODES.has(code)) return found(shape, 'NETWORK', { ambiguous: true });
  if (TIMEOUT_CODES.has(code)) return found(shape, 'TIMEOUT', { ambiguous: true });
  return code === 'slack_webapi_rate_limited_error'
    ? found(shape, 'RATE_LIMIT', { reached: true })
    : undefined;
}

function byName(shape: ErrorShape): Classified | undefined {
  const { name, message } = shape;
  if (message === 'fetch failed' || message === 'socket hang up' || message === 'Network Error') {
    return found(shape, 'NETWORK', { ambiguous: true });
  }
  // `response.json()` on a page of HTML: the service answered nonsense.
  if (name === 'SyntaxError' && message.includes('JSON')) {
    return found(shape, 'TEMPORARY', { reached: true, ambiguous: true });
  }
  if (LOCAL_NAMES.has(name)) return found(shape, 'PERMANENT', { local: true });
  if (/\btime(d )?-?out\b/i.test(message)) return found(shape, 'TIMEOUT', { ambiguous: true });
  return undefined;
}

/** An error that already says what it is: ours, or an adapter's `Object.assign(new Error(), {kind: 'PERMANENT'})`. */
function byOwnWord(error: unknown, shape: ErrorShape): Classified | undefined {
  const own = error as { kind?: unknown; ambiguous?: unknown; retryAfterMs?: unknown } | null | undefined;
  if (typeof own?.kind !== 'string' || !ERROR_KINDS.has(own.kind)) return undefined;
  const kind = own.kind as ErrorKind;
  const open = kind === 'NETWORK' || kind === 'TIMEOUT' || kind === 'TEMPORARY';
  return {
    ...found(shape, kind, { reached: shape.status !== undefined }),
    ambiguous: typeof own.ambiguous === 'boolean' ? own.ambiguous : open,
    retryAfterMs: typeof own.retryAfterMs === 'number' ? own.retryAfterMs : undefined,
  };
}

function builtIn(error: unknown, shape: ErrorShape, cancelled: boolean): Classified {
  const own = byOwnWord(error, shape);
  if (own !== undefined) return own;
  if (shape.aborted || (shape.innerCode !== undefined && ABORT_CODES.has(shape.innerCode))) {
    // Clients report their own timeouts as aborts; only the caller's signal makes it a cancellation.
    return found(shape, cancelled ? 'CANCELLED' : 'TIMEOUT', { ambiguous: true });
  }
  return (
    byReason(shape) ??
    (shape.status === undefined ? undefined : byStatus(shape, shape.status)) ??
    byCode(shape, shape.innerCode) ??
    byCode(shape, shape.code) ??
    (shape.timedOut ? found(shape, 'TIMEOUT', { ambiguous: true }) : undefined) ??
    byName(shape) ??
    found(shape, 'TEMPORARY', { ambiguous: true })
  );
}

export interface ClassifyOptions {
  /** The wall clock, read only for a Retry-After that is a date. */
  wallNow?: (() => number) | undefined;
  cancelled?: boolean | undefined;
  custom?: ((error: unknown) => ClassifyAnswer) | undefined;
}

/**
 * Says what an error means. Structure decides (status, code, reason, `cause`), the message only as a last resort;
 * what nothing is known about is TEMPORARY and may have been processed.
 */
export function classify(error: unknown, options: ClassifyOptions = {}): Classified {
  const classified = understand(error, options);
  const answer = ask(options.custom, error);
  if (answer === undefined) return classified;
  return { ...classified, ...(typeof answer === 'string' ? { kind: answer } : answer) };
}

function understand(error: unknown, options: ClassifyOptions): Classified {
  try {
    const shape = shapeOf(error);
    const classified = builtIn(error, shape, options.cancelled ?? false);
    if (classified.retryAfterMs === undefined && (shape.headers ?? shape.retryAfterSeconds) !== undefined) {
      const wallNow = options.wallNow ?? Date.now;
      classified.retryAfterMs =
        retryAfterOf(shape.headers, wallNow) ?? parseRetryAfter(shape.retryAfterSeconds, wallNow);
    }
    return classified;
  } catch {
    // An error may be anything, a proxy that throws included. A call never fails for that.
    const message = 'the error cannot be read';
    return { kind: 'TEMPORARY', message, ambiguous: true, reached: false, local: false };
  }
}

function ask(custom: ClassifyOptions['custom'], error: unknown): ClassifyAnswer {
  try {
    return custom?.(error);
  } catch {
    return undefined;
  }
}
