/** A refusal of the Vapi API, shaped as its framework shapes them. */
export class VapiError extends Error {
  readonly status: number;
  readonly details: string[];

  constructor(status: number, details: string[]) {
    super(details.join('; '));
    this.status = status;
    this.details = details;
  }

  body() {
    const message = this.details.length === 1 ? this.details[0] : this.details;
    return { message, error: titles[this.status] ?? 'Error', statusCode: this.status };
  }
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

export const unauthorized = () =>
  new VapiError(401, ['Invalid Key. Hot tip, you may be using the public key instead of the private key.']);

export function failure(status: number, code?: string | number): VapiError {
  return new VapiError(status, [String(code ?? titles[status] ?? 'Error')]);
}
