/** How much in how much time; becomes the headers RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers). */
export interface Quota {
  name: string;
  quota: number;
  windowSeconds: number;
}

/** What a person or program gets when something didn't work; becomes RFC 9457 at the HTTP edge. */
export interface Failure {
  code: string;
  status: number;
  /** What happened, why, and what to do: whole sentences, no patient data, no secrets. */
  detail: string;
  title?: string;
  retryable?: boolean;
  /** Becomes the header Retry-After. */
  retryAfterSeconds?: number;
  /** The limits that may have been reached, the shortest window first. */
  quotas?: Quota[];
  /** Further members of the problem document, such as `alternatives`. */
  extra?: Record<string, unknown>;
}

export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly quotas: Quota[];
  readonly extra: Record<string, unknown>;

  constructor(failure: Failure) {
    super(failure.detail);
    this.name = 'AppError';
    this.code = failure.code;
    this.status = failure.status;
    this.title = failure.title;
    this.retryable = failure.retryable ?? false;
    this.retryAfterSeconds = failure.retryAfterSeconds;
    this.quotas = failure.quotas ?? [];
    this.extra = failure.extra ?? {};
  }
}

/** A fault of the set-up that a person can fix: printed as words, without a stack, exit code 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** What was sent is in quotation marks where a parser or PostgreSQL (class 22: data) could not read it. */
function withoutQuotes(error: Error & { code?: unknown }): string {
  const quotesInput = error instanceof SyntaxError || /^22[0-9A-Z]{3}$/.test(String(error.code));
  return quotesInput ? error.message.replace(/(["']).*\1/s, '"…"') : error.message;
}

/** The parts of an unknown error that may be written to a log: never a driver's row data. */
export function describeError(error: unknown): { type: string; message: string; code?: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: withoutQuotes(error),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
  };
}
