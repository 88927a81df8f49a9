/** The few things all clients put somewhere into their errors, found by structure and never by import. */
export interface ErrorShape {
  name: string;
  message: string;
  status: number | undefined;
  /** The outermost code: what a reader of the log knows the error by. */
  code: string | number | undefined;
  /** The innermost code: nearest to what happened. */
  innerCode: string | undefined;
  /** Somewhere in the chain is an abort, or a timeout by name. */
  aborted: boolean;
  timedOut: boolean;
  syscall: string | undefined;
  headers: unknown;
  /** The service's own error word: OAuth `error`, Slack `error`, Google `reason`. */
  reason: string | undefined;
  /** Seconds, as Slack's client gives it. */
  retryAfterSeconds: number | undefined;
}

type Fields = Record<string, unknown>;

const DEEPEST_CAUSE = 5;

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function httpStatus(value: unknown): number | undefined {
  const status = typeof value === 'string' && value.length === 3 ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : undefined;
}

/** Google: `{error: {errors: [{reason}]}}`; OAuth and Slack: `{error: "word"}`. */
function reasonIn(body: unknown): string | undefined {
  const outer = fields(body);
  if (!outer) return undefined;
  const error = outer.error;
  if (typeof error === 'string') return error;
  return firstReason(fields(error)?.errors ?? outer.errors);
}

function firstReason(list: unknown): string | undefined {
  return Array.isArray(list) ? text(fields(list[0])?.reason) : undefined;
}

/** Every member is there from the start: an object that grows member by member is moved each time. */
function emptyShape(name: string, message: string): ErrorShape {
  return {
    name,
    message,
    status: undefined,
    code: undefined,
    innerCode: undefined,
    aborted: false,
    timedOut: false,
    syscall: undefined,
    headers: undefined,
    reason: undefined,
    retryAfterSeconds: undefined,
  };
}

function absorb(shape: ErrorShape, error: Fields): void {
  const response = fields(error.response);
  shape.status ??=
    httpStatus(error.status) ??
    httpStatus(error.statusCode) ??
    httpStatus(response?.status) ??
    httpStatus(response?.statusCode);
  // Gaxios repeats the status as code; that isn't a code.
  const code = error.code;
  if ((typeof code === 'string' && code !== '') || typeof code === 'number') {
    if (httpStatus(code) === undefined) {
      shape.code ??= code;
      if (typeof code === 'string') shape.innerCode = code;
    } else shape.status ??= httpStatus(code);
  }
  const { name } = error;
  if (typeof name === 'string') {
    shape.aborted ||= name === 'AbortError';
    shape.timedOut ||= name.endsWith('TimeoutError');
  }
  shape.syscall ??= text(error.syscall);
  shape.headers ??= error.headers ?? response?.headers;
  shape.reason ??=
    reasonIn(response?.data) ?? reasonIn(error.data) ?? reasonIn(error.body) ?? firstReason(error.errors);
  if (typeof error.retryAfter === 'number') shape.retryAfterSeconds ??= error.retryAfter;
}

/**
 * Reads an error and what it was caused by. The outermost word on each matter wins; a missing one is looked for
 * deeper (`TypeError: fetch failed` keeps ECONNREFUSED in `cause`, Slack keeps the Axios error in `original`).
 */
export function shapeOf(error: unknown): ErrorShape {
  const outer = fields(error);
  if (!outer) return emptyShape('', String(error));
  const shape = emptyShape(text(outer.name) ?? '', text(outer.message) ?? 'unknown error');
  let current: Fields | undefined = outer;
  for (let depth = 0; current && depth < DEEPEST_CAUSE; depth++) {
    absorb(shape, current);
    // Happy Eyeballs: an AggregateError of one failed connection an address.
    const first: unknown = Array.isArray(current.errors) ? current.errors[0] : undefined;
    current =
      fields(current.cause) ??
      fields(current.original) ??
      (first instanceof Error ? fields(first) : undefined);
  }
  return shape;
}
