export interface OutboundPost {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  signal: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  body: string;
}

/** A vendor calls us. Rejects when no one could be reached or no one answered in time. */
export async function post({ url, headers, body, timeoutMs, signal }: OutboundPost): Promise<OutboundAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  return { status: response.status, body: await response.text() };
}

/** True when the other side was never reached, as opposed to slow. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError;
}

export function whyNotReached(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : error.message;
}
