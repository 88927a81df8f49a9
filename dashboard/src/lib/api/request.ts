import { z } from 'zod';
import { fromResponse, offline, unexpectedAnswer, unreachable } from './api-error.ts';
import { noteChangeIds } from './own-changes.ts';
import { fetchFromVoxanne, isOffline } from './reachability.ts';

interface Options {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

function withQuery(path: string, query: Options['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An answer without a body, as an object: what it changed is remembered by it. */
export const NoContent = z.undefined().transform(() => ({}));

/** The only door to the server: same origin, the session's cookie, every answer checked against the contract. */
export async function request<T extends z.ZodType>(
  schema: T,
  path: string,
  { method = 'GET', body, query, headers, signal }: Options = {},
): Promise<z.infer<T>> {
  const couldNotLeave = isOffline();
  let response: Response;
  try {
    response = await fetchFromVoxanne(withQuery(path, query), {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw couldNotLeave ? offline() : unreachable();
  }
  const requestId = response.headers.get('x-request-id');
  const answer = await readJson(response);
  if (!response.ok) throw fromResponse(response.status, requestId, answer);
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unexpectedAnswer(requestId);
  noteChangeIds(parsed.data, response.headers.get('x-change-id'));
  return parsed.data;
}

/** `crypto.randomUUID` exists on https and localhost only; a clinic may open the page by an address in its network. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join(
    '',
  );
}
