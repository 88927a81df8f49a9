import { addVary } from './compression.ts';
import type { HttpServer } from './http.ts';
import { routeKind } from './route-kind.ts';

const ALLOWED_HEADERS = 'authorization, content-type, idempotency-key, last-event-id, x-clinic-id';
const EXPOSED_HEADERS =
  'allow, idempotency-replayed, location, ratelimit, ratelimit-policy, retry-after, x-change-id, x-request-id';
const PREFLIGHT_SECONDS = '600';

/**
 * Pages of the named origins may use what is there for clients, with a bearer token. Never with the session cookie:
 * `Access-Control-Allow-Credentials` is not sent, so that no other page can act as the person who is signed in.
 */
export function allowOrigins(server: HttpServer, origins: readonly string[]): void {
  const known = new Set(origins);
  server.addHook('onRequest', async (request, reply) => {
    const { routeOptions } = request;
    const routes = request.is404
      ? server.routesAt(request.url)
      : [{ method: request.method, url: routeOptions.url ?? '', config: routeOptions.config }];
    if (!routes.some((route) => routeKind(route) === 'client')) return;
    addVary(reply, 'origin');
    const { origin } = request.headers;
    if (origin === undefined || !known.has(origin)) return;
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED_HEADERS,
    });
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return;
    reply.headers({
      'access-control-allow-methods': routes.map(({ method }) => method).join(', '),
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
    });
  });
}
