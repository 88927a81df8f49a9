interface HeaderBag {
  get?: unknown;
  [name: string]: unknown;
}

function header(headers: HeaderBag, name: string): unknown {
  if (typeof headers.get === 'function') return headers.get.call(headers, name);
  return headers[name] ?? headers[name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())];
}

/** Seconds or a date (RFC 9110) to milliseconds from now; nothing for what is neither. */
export function parseRetryAfter(value: unknown, wallNow: () => number): number | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  if (typeof text === 'number') return Number.isFinite(text) && text >= 0 ? text * 1000 : undefined;
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(date - wallNow(), 0);
}

/** Finds Retry-After in plain objects, `Headers` and Axios headers. */
export function retryAfterOf(headers: unknown, wallNow: () => number): number | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const bag = headers as HeaderBag;
  const precise = header(bag, 'retry-after-ms');
  if (precise !== undefined && precise !== null) {
    const ms = Number(precise);
    if (Number.isFinite(ms) && ms >= 0) return ms;
  }
  return parseRetryAfter(header(bag, 'retry-after'), wallNow);
}
