/** A refusal in Twilio's own words. */
export class TwilioError extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  body() {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}

export const unauthorized = () => new TwilioError(401, 20003, 'Authenticate');

export const notFound = (path: string) =>
  new TwilioError(404, 20404, `The requested resource ${path} was not found`);

const known: Record<number, [number, string]> = {
  400: [20001, 'Bad request'],
  401: [20003, 'Authenticate'],
  403: [20403, 'Forbidden'],
  404: [20404, 'The requested resource was not found'],
  429: [20429, 'Too many requests'],
  503: [20503, 'Service unavailable'],
};

export function failure(status: number, code?: string | number): TwilioError {
  const [usual, message] = known[status] ?? [20500, 'An internal server error has occurred'];
  return new TwilioError(status, Number(code ?? usual), message);
}
