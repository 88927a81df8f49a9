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

/** What a failure says besides its kind. Shared and never written to: every failed call takes one of these. */
type Facts = Readonly<Pick<Classified, 'ambiguous' | 'reached' | 'local'>>;

const NOT_PROCESSED: Facts = { ambiguous: false, reached: false, local: false };
const UNKNOWN: Facts = { ambiguous: true, reached: false, local: false };
const ANSWERED: Facts = { ambiguous: false, reached: true, local: false };
const ANSWERED_BADLY: Facts = { ambiguous: true, reached: true, local: false };
const LOCAL: Facts = { ambiguous: false, reached: false, local: true };

interface Meaning {
  kind: ErrorKind;
  facts: Facts;
}

const NO_CONNECTION: Meaning = { kind: 'NETWORK', facts: NOT_PROCESSED };
/** The connection broke with the request under way. */
const BROKEN: Meaning = { kind: 'NETWORK', facts: UNKNOWN };
const NO_ANSWER: Meaning = { kind: 'TIMEOUT', facts: UNKNOWN };
const LIMITED: Meaning = { kind: 'RATE_LIMIT', facts: ANSWERED };

const CODES: ReadonlyMap<string, Meaning> = new Map([
  ['ECONNREFUSED', NO_CONNECTION],
  ['ENOTFOUND', NO_CONNECTION],
  ['EAI_AGAIN', NO_CONNECTION],
  ['EHOSTUNREACH', NO_CONNECTION],
  ['EHOSTDOWN', NO_CONNECTION],
  ['ENETUNREACH', NO_CONNECTION],
  ['ENETDOWN', NO_CONNECTION],
  ['EADDRNOTAVAIL', NO_CONNECTION],
  ['UND_ERR_CONNECT_TIMEOUT', NO_CONNECTION],
  ['CERT_HAS_EXPIRED', NO_CONNECTION],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', NO_CONNECTION],
  ['SELF_SIGNED_CERT_IN_CHAIN', NO_CONNECTION],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', NO_CONNECTION],
  ['ERR_TLS_CERT_ALTNAME_INVALID', NO_CONNECTION],
  ['ECONNRESET', BROKEN],
  ['EPIPE', BROKEN],
  ['EPROTO', BROKEN],
  ['UND_ERR_SOCKET', BROKEN],
  ['ERR_NETWORK', BROKEN],
  ['ERR_STREAM_PREMATURE_CLOSE', BROKEN],
  ['ETIMEDOUT', NO_ANSWER],
  ['ESOCKETTIMEDOUT', NO_ANSWER],
  ['ECONNABORTED', NO_ANSWER],
  ['UND_ERR_HEADERS_TIMEOUT', NO_ANSWER],
  ['UND_ERR_BODY_TIMEOUT', NO_ANSWER],
  ['slack_webapi_rate_limited_error', LIMITED],
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

function found(shape: ErrorShape, kind: ErrorKind, { ambiguous, reached, local }: Facts): Classified {
  return {
    kind,
    message: shape.message,
    status: shape.status,
    code: shape.code ?? shape.reason,
    retryAfterMs: undefined,
    ambiguous,
    reached,
    local,
  };
}

function byReason(shape: ErrorShape): Classified | undefined {
  const reason = shape.reason ?? (AUTH_REASONS.has(shape.message) ? shape.message : undefined);
  if (reason === undefined) return undefined;
  if (AUTH_REASONS.has(reason)) return found(shape, 'AUTH', ANSWERED);
  if (RATE_REASONS.has(reason)) return found(shape, 'RATE_LIMIT', ANSWERED);
  if (shape.code === 'slack_webapi_platform_error') {
    if (TEMPORARY_REASONS.has(reason)) return found(shape, 'TEMPORARY', ANSWERED_BADLY);
    return found(shape, 'PERMANENT', ANSWERED);
  }
  return undefined;
}

function byStatus(shape: ErrorShape, status: number): Classified {
  if (status === 401) return found(shape, 'AUTH', ANSWERED);
  if (status === 429) return found(shape, 'RATE_LIMIT', ANSWERED);
  if (status === 408 || status >= 500) return found(shape, 'TEMPORARY', ANSWERED_BADLY);
  if (status >= 300) return found(shape, 'PERMANENT', ANSWERED);
  // A good status and still an error: the answer could not be read. The work is most likely done.
  return found(shape, 'TEMPORARY', ANSWERED_BADLY);
}

function byCode(shape: ErrorShape, code: string | number | undefined): Classified | undefined {
  if (typeof code !== 'string') return undefined;
  if (code === 'ETIMEDOUT' && shape.syscall === 'connect') return found(shape, 'NETWORK', NOT_PROCESSED);
  const meaning = CODES.get(code);
  return meaning === undefined ? undefined : found(shape, meaning.kind, meaning.facts);
}

function byName(shape: ErrorShape): Classified | undefined {
  const { name, message } = shape;
  if (message === 'fetch failed' || message === 'socket hang up' || message === 'Network Error') {
    return found(shape, 'NETWORK', UNKNOWN);
  }
  // `response.json()` on a page of HTML: the service answered nonsense.
  if (name === 'SyntaxError' && message.includes('JSON')) {
    return found(shape, 'TEMPORARY', ANSWERED_BADLY);
  }
  if (LOCAL_NAMES.has(name)) return found(shape, 'PERMANENT', LOCAL);
  if (/\btime(d )?-?out\b/i.test(message)) return found(shape, 'TIMEOUT', UNKNOWN);
  return undefined;
}

/** An error that already says what it is: ours, or an adapter's `Object.assign(new Error(), {kind: 'PERMANENT'})`. */
function byOwnWord(error: unknown, shape: ErrorShape): Classified | undefined {
  const own = error as { kind?: unknown; ambiguous?: unknown; retryAfterMs?: unknown } | null | undefined;
  if (typeof own?.kind !== 'string' || !ERROR_KINDS.has(own.kind)) return undefined;
  const kind = own.kind as ErrorKind;
  const open = kind === 'NETWORK' || kind === 'TIMEOUT' || kind === 'TEMPORARY';
  return {
    ...found(shape, kind, shape.status === undefined ? NOT_PROCESSED : ANSWERED),
    ambiguous: typeof own.ambiguous === 'boolean' ? own.ambiguous : open,
    retryAfterMs: typeof own.retryAfterMs === 'number' ? own.retryAfterMs : undefined,
  };
}

function builtIn(error: unknown, shape: ErrorShape, cancelled: boolean): Classified {
  const own = byOwnWord(error, shape);
  if (own !== undefined) return own;
  if (shape.aborted || (shape.innerCode !== undefined && ABORT_CODES.has(shape.innerCode))) {
    // Clients report their own timeouts as aborts; only the caller's signal makes it a cancellation.
    return found(shape, cancelled ? 'CANCELLED' : 'TIMEOUT', UNKNOWN);
  }
  return (
    byReason(shape) ??
    (shape.status === undefined ? undefined : byStatus(shape, shape.status)) ??
    byCode(shape, shape.innerCode) ??
    byCode(shape, shape.code) ??
    (shape.timedOut ? found(shape, 'TIMEOUT', UNKNOWN) : undefined) ??
    byName(shape) ??
    found(shape, 'TEMPORARY', UNKNOWN)
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
