/** The code of an error that the issuer threw on purpose. */
export const codeOf = (error: unknown): string | undefined =>
  (error as { body?: { code?: string } } | undefined)?.body?.code;
