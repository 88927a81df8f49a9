import type { Refusal } from '../core/stand-in.ts';

/** A refusal of the Calendar API, in its envelope. */
export class GoogleError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly location: Record<string, string>;

  constructor(status: number, reason: string, message: string, location: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.location = location;
  }

  body(): object {
    const domain = this.reason === 'rateLimitExceeded' ? 'usageLimits' : 'global';
    const error = { domain, reason: this.reason, message: this.message, ...this.location };
    return { error: { errors: [error], code: this.status, message: this.message } };
  }
}

/** A refusal of the OAuth endpoints. */
export class OAuthError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, description: string) {
    super(description);
    this.status = status;
    this.code = code;
  }

  body(): object {
    return { error: this.code, error_description: this.message };
  }
}

export const notFound = () => new GoogleError(404, 'notFound', 'Not Found');

export const required = (parameter: string, message = `Required parameter: ${parameter}`) =>
  new GoogleError(400, 'required', message, { locationType: 'parameter', location: parameter });

export const unauthorized = () =>
  new GoogleError(401, 'authError', 'Invalid Credentials', {
    locationType: 'header',
    location: 'Authorization',
  });

export const invalidGrant = (description = 'Token has been expired or revoked.') =>
  new OAuthError(400, 'invalid_grant', description);

const usual: Record<number, [string, string]> = {
  400: ['badRequest', 'Bad Request'],
  401: ['authError', 'Invalid Credentials'],
  403: ['forbidden', 'Forbidden'],
  404: ['notFound', 'Not Found'],
  409: ['duplicate', 'The requested identifier already exists.'],
  410: ['deleted', 'Resource has been deleted'],
  412: ['conditionNotMet', 'Precondition Failed'],
  429: ['rateLimitExceeded', 'Rate Limit Exceeded'],
};

export function failure({ status, code }: Refusal, isOAuth: boolean): GoogleError | OAuthError {
  if (code === 'invalid_grant') return invalidGrant();
  const [reason, message] = usual[status] ?? ['backendError', 'Backend Error'];
  if (isOAuth) return new OAuthError(status, String(code ?? 'internal_failure'), message);
  return new GoogleError(status, String(code ?? reason), message);
}
