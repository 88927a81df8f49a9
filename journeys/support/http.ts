/** An answer as it came over the wire. */
export interface Answer {
  status: number;
  type: string;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a black box is read as it comes; the assertions are the type
  body: any;
  ms: number;
}

export interface Call {
  headers?: Record<string, string>;
  /** An object is sent as JSON; text and forms go as they are. */
  body?: unknown;
  limitMs?: number;
}

export async function send(
  method: string,
  url: string,
  { headers, body, limitMs = 60_000 }: Call = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof URLSearchParams;
  const begun = performance.now();
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(limitMs),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    headers: response.headers,
    body: parsed(text),
    ms: performance.now() - begun,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
