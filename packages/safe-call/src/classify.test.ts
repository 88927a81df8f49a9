import { describe, expect, it } from 'vitest';
import { classify } from './classify.ts';
import type { Classified } from './types.ts';

const make = (props: object, message = 'boom', name = 'Error') =>
  Object.defineProperty(Object.assign(new Error(message), props), 'name', { value: name });

const gaxios = (status: number, reason: string) =>
  make(
    { status, code: String(status), response: { status, data: { error: { errors: [{ reason }] } } } },
    'Google says no',
    'GaxiosError',
  );
const system = (code: string, syscall?: string) => make({ code, syscall });
const fetchFailed = (code: string) => make({ cause: system(code) }, 'fetch failed', 'TypeError');
const slack = (error: string) => make({ code: 'slack_webapi_platform_error', data: { ok: false, error } });

const table: [string, unknown, Partial<Classified>][] = [
  ['Node: refused', system('ECONNREFUSED', 'connect'), { kind: 'NETWORK', ambiguous: false, reached: false }],
  ['Node: no such name', system('ENOTFOUND', 'getaddrinfo'), { kind: 'NETWORK', ambiguous: false }],
  ['Node: reset', system('ECONNRESET', 'read'), { kind: 'NETWORK', ambiguous: true }],
  ['Node: connect timed out', system('ETIMEDOUT', 'connect'), { kind: 'NETWORK', ambiguous: false }],
  ['Node: read timed out', system('ETIMEDOUT', 'read'), { kind: 'TIMEOUT', ambiguous: true }],
  [
    'Node: both address families refused',
    Object.assign(new AggregateError([system('ECONNREFUSED')], ''), { code: 'ECONNREFUSED' }),
    { kind: 'NETWORK', ambiguous: false },
  ],
  [
    'an AggregateError without a code',
    new AggregateError([system('ECONNREFUSED')], 'all'),
    { kind: 'NETWORK' },
  ],
  ['fetch: refused', fetchFailed('ECONNREFUSED'), { kind: 'NETWORK', ambiguous: false, local: false }],
  ['fetch: socket closed', fetchFailed('UND_ERR_SOCKET'), { kind: 'NETWORK', ambiguous: true }],
  ['fetch: no headers in time', fetchFailed('UND_ERR_HEADERS_TIMEOUT'), { kind: 'TIMEOUT', ambiguous: true }],
  [
    'fetch: no connection in time',
    fetchFailed('UND_ERR_CONNECT_TIMEOUT'),
    { kind: 'NETWORK', ambiguous: false },
  ],
  ['fetch: failed, no reason', make({}, 'fetch failed', 'TypeError'), { kind: 'NETWORK', ambiguous: true }],
  ['AbortSignal.timeout', make({ code: 23 }, 'aborted', 'TimeoutError'), { kind: 'TIMEOUT' }],
  [
    'an abort nobody asked for',
    make({ code: 20 }, 'aborted', 'AbortError'),
    { kind: 'TIMEOUT', ambiguous: true },
  ],
  ['Axios: timeout', make({ code: 'ECONNABORTED' }, 'timeout of 5000ms', 'AxiosError'), { kind: 'TIMEOUT' }],
  ['Axios: no answer', make({ code: 'ERR_NETWORK' }, 'Network Error', 'AxiosError'), { kind: 'NETWORK' }],
  [
    'Axios: status',
    make({ code: 'ERR_BAD_REQUEST', response: { status: 404 } }),
    { kind: 'PERMANENT', status: 404 },
  ],
  ['Gaxios: aborted', make({}, 'The operation was aborted.', 'AbortError'), { kind: 'TIMEOUT' }],
  [
    'Gaxios: aborted inside',
    make({ cause: make({}, 'x', 'AbortError') }, 'The operation was aborted.', 'GaxiosError'),
    { kind: 'TIMEOUT' },
  ],
  [
    'Google: token refused',
    make({ status: 400, response: { data: { error: 'invalid_grant' } } }),
    { kind: 'AUTH' },
  ],
  ['Google: token refused, bare', make({}, 'invalid_grant'), { kind: 'AUTH', reached: true }],
  ['Google: rate', gaxios(403, 'rateLimitExceeded'), { kind: 'RATE_LIMIT', ambiguous: false }],
  ['Google: user rate', gaxios(403, 'userRateLimitExceeded'), { kind: 'RATE_LIMIT' }],
  ['Google: forbidden', gaxios(403, 'forbidden'), { kind: 'PERMANENT', code: 'forbidden' }],
  ['Google: duplicate', gaxios(409, 'duplicate'), { kind: 'PERMANENT', status: 409, code: 'duplicate' }],
  ['Google: backend', gaxios(503, 'backendError'), { kind: 'TEMPORARY', ambiguous: true }],
  ['Google: expired', gaxios(401, 'authError'), { kind: 'AUTH', status: 401 }],
  [
    'Twilio: bad number',
    make({ status: 400, code: 21211 }, 'bad', 'RestException'),
    { kind: 'PERMANENT', code: 21211 },
  ],
  ['Twilio: credentials', make({ status: 401, code: 20003 }), { kind: 'AUTH', code: 20003 }],
  ['Twilio: too many', make({ status: 429, code: 20429 }), { kind: 'RATE_LIMIT', ambiguous: false }],
  ['Twilio: page of HTML', make({ status: 502, code: undefined }), { kind: 'TEMPORARY', ambiguous: true }],
  ['Slack: token', slack('invalid_auth'), { kind: 'AUTH' }],
  ['Slack: channel', slack('channel_not_found'), { kind: 'PERMANENT', reached: true }],
  ['Slack: their trouble', slack('internal_error'), { kind: 'TEMPORARY' }],
  ['Slack: limited word', slack('ratelimited'), { kind: 'RATE_LIMIT' }],
  [
    'Slack: limited',
    make({ code: 'slack_webapi_rate_limited_error', retryAfter: 3 }),
    { kind: 'RATE_LIMIT', retryAfterMs: 3000 },
  ],
  [
    'Slack: request failed',
    make({ code: 'slack_webapi_request_error', original: system('ECONNREFUSED') }),
    { kind: 'NETWORK', ambiguous: false },
  ],
  ['Vapi: status', make({ statusCode: 503, body: {} }, 'x', 'VapiError'), { kind: 'TEMPORARY', status: 503 }],
  ['Vapi: timeout', make({}, 'Timeout exceeded', 'VapiTimeoutError'), { kind: 'TIMEOUT' }],
  ['a Response', { status: 404, headers: new Headers() }, { kind: 'PERMANENT', status: 404 }],
  ['408', make({ status: 408 }), { kind: 'TEMPORARY' }],
  ['answered 200 and could not be read', make({ status: 200 }), { kind: 'TEMPORARY', ambiguous: true }],
  [
    'a page instead of JSON',
    make({}, `Unexpected token '<' is not valid JSON`, 'SyntaxError'),
    { kind: 'TEMPORARY' },
  ],
  ['a bug', new TypeError('x is not a function'), { kind: 'PERMANENT', local: true }],
  ['a validation', make({}, 'invalid', 'ZodError'), { kind: 'PERMANENT', local: true }],
  [
    'an error of ours',
    make({ kind: 'RATE_LIMIT', retryAfterMs: 5 }),
    { kind: 'RATE_LIMIT', retryAfterMs: 5 },
  ],
  [
    'an inner call that was cancelled',
    make({ kind: 'CANCELLED', cause: make({}, 'x', 'AbortError') }),
    { kind: 'CANCELLED' },
  ],
  ['an unknown kind', make({ kind: 'postgres' }), { kind: 'TEMPORARY' }],
  ['an unknown error', new Error('?'), { kind: 'TEMPORARY', ambiguous: true, reached: false, local: false }],
  ['a message that says so', new Error('Request timed out'), { kind: 'TIMEOUT' }],
  ['a string', 'down', { kind: 'TEMPORARY', message: 'down' }],
  ['nothing', undefined, { kind: 'TEMPORARY', message: 'undefined' }],
];

describe('classify', () => {
  it.each(table)('%s', (_, error, expected) => {
    expect(classify(error)).toMatchObject(expected);
  });

  it('an abort is a cancellation when the caller canceled', () => {
    expect(classify(make({}, 'x', 'AbortError'), { cancelled: true }).kind).toBe('CANCELLED');
  });

  it('survives causes that go in a circle', () => {
    const error: Error & { cause?: unknown } = new Error('round');
    error.cause = error;
    expect(classify(error).kind).toBe('TEMPORARY');
  });

  it('survives errors that cannot be read, and classifiers that throw', () => {
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('no');
      },
    });
    expect(classify(hostile)).toMatchObject({ kind: 'TEMPORARY', ambiguous: true });
    const custom = () => {
      throw new Error('a bug');
    };
    expect(classify(make({ status: 404 }), { custom }).kind).toBe('PERMANENT');
  });

  it('lets the caller decide first, by kind or by facts', () => {
    const error = make({ status: 404 });
    expect(classify(error, { custom: () => 'TEMPORARY' })).toMatchObject({ kind: 'TEMPORARY', status: 404 });
    expect(classify(error, { custom: () => ({ ambiguous: true }) })).toMatchObject({
      kind: 'PERMANENT',
      ambiguous: true,
    });
    expect(classify(error, { custom: () => undefined }).kind).toBe('PERMANENT');
  });
});

describe('Retry-After', () => {
  const wallNow = () => Date.UTC(2026, 0, 5, 9, 0, 0);
  const read = (headers: unknown) => classify(make({ status: 429, headers }), { wallNow }).retryAfterMs;

  it.each<[string, unknown, number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['a number', { 'retry-after': 7 }, 7000],
    ['Headers', new Headers({ 'Retry-After': '2' }), 2000],
    ['a capital name', { 'Retry-After': '2' }, 2000],
    ['a list', { 'retry-after': ['3'] }, 3000],
    ['a date', { 'retry-after': 'Mon, 05 Jan 2026 09:00:30 GMT' }, 30_000],
    ['a date that is past', { 'retry-after': 'Mon, 05 Jan 2026 08:00:00 GMT' }, 0],
    ['milliseconds', { 'retry-after-ms': '150' }, 150],
    ['less than nothing', { 'retry-after': '-1' }, undefined],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['empty', { 'retry-after': '' }, undefined],
    ['none', {}, undefined],
    ['no headers', undefined, undefined],
  ])('%s', (_, headers, expected) => {
    expect(read(headers)).toBe(expected);
  });

  it('is found in the response too', () => {
    expect(classify(make({ response: { status: 429, headers: { 'retry-after': '1' } } })).retryAfterMs).toBe(
      1000,
    );
  });
});
