/** A refusal of a control route, answered as application/problem+json. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }

  body() {
    return {
      type: 'about:blank',
      title: this.code,
      status: this.status,
      code: this.code,
      detail: this.message,
    };
  }
}
