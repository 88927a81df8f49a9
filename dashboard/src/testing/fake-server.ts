import { Problem } from '@voxanne/contract';
import { onTestFinished, vi } from 'vitest';
import type { z } from 'zod';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
/** Such as `PATCH /api/providers/:id`. */
type Route = `${Method} /api/${string}`;

interface Sent {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
}

type Answer<T> = T | ((sent: Sent) => T | Promise<T>);

const JSON_TYPE = { 'content-type': 'application/json', 'x-request-id': 'req-1' };

/**
 * Answers the requests of one test in the place of the server. An answer that the contract doesn't allow fails the test,
 * and so does a request that nothing was arranged for.
 */
export function startFakeServer() {
  const routes = new Map<Route, (sent: Sent) => Promise<Response>>();
  const all: Sent[] = [];
  const unexpected: string[] = [];

  async function fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const { pathname, searchParams } = new URL(url, 'http://clinic.test');
    const sent: Sent = {
      method: init.method ?? 'GET',
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    all.push(sent);
    const [, respond] = [...routes].findLast(([route]) => fits(route, sent)) ?? [];
    if (respond !== undefined) return respond(sent);
    unexpected.push(`${sent.method} ${sent.path}`);
    return problemResponse({ status: 404, code: 'NOT_ARRANGED', detail: 'This test arranged no answer.' });
  }

  vi.stubGlobal('fetch', fetch);
  onTestFinished(() => {
    if (unexpected.length > 0) throw new Error(`No answer was arranged for ${unexpected.join(', ')}`);
  });

  return {
    /** What the server answers from now on. */
    answers<S extends z.ZodType>(route: Route, schema: S, answer: Answer<z.infer<S>>): void {
      routes.delete(route);
      routes.set(route, async (sent) => {
        const value = await (typeof answer === 'function'
          ? (answer as (sent: Sent) => z.infer<S>)(sent)
          : answer);
        const checked = schema.parse(value);
        return checked === undefined
          ? new Response(null, { status: 204 })
          : new Response(JSON.stringify(checked), { headers: JSON_TYPE });
      });
    },
    /** How the server refuses from now on. */
    refuses(route: Route, problem: Refusal): void {
      routes.delete(route);
      routes.set(route, async () => problemResponse(problem));
    },
    /** What was sent there so far, oldest first. */
    sentTo: (route: Route): unknown[] =>
      all.filter((sent) => fits(route, sent)).map(({ body, query }) => body ?? query),
  };
}

type Refusal = Pick<Problem, 'status' | 'code' | 'detail'> & Partial<Problem>;

function problemResponse(refusal: Refusal): Response {
  const { status } = refusal;
  const problem = Problem.parse({
    type: `urn:voxanne:problem:${refusal.code.toLowerCase()}`,
    title: 'Refused',
    request_id: 'req-1',
    retryable: false,
    ...refusal,
  });
  return new Response(JSON.stringify(problem), { status, headers: JSON_TYPE });
}

function fits(route: Route, { method, path }: Sent): boolean {
  const [wanted, pattern = ''] = route.split(' ');
  return method === wanted && new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path);
}
