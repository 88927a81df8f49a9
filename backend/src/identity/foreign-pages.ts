import type { IncomingHttpHeaders } from 'node:http';
import { bearerOf } from '../platform/bearer.ts';
import type { Config } from '../platform/config.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { routeKind } from '../platform/route-kind.ts';
import { isLoopbackUrl } from '../platform/settings/addresses.ts';

/**
 * Whose pages may sign people in and out: ours. In a sandbox on this machine they have two more names, because people
 * begin at either and are led to the other.
 */
export function ownOrigins({ publicUrl, mode }: Pick<Config, 'publicUrl' | 'mode'>): string[] {
  if (mode === 'live' || !isLoopbackUrl(publicUrl)) return [publicUrl];
  const twins = ['localhost', '127.0.0.1'].map((host) => {
    const twin = new URL(publicUrl);
    twin.hostname = host;
    return twin.origin;
  });
  return [...new Set([publicUrl, ...twins])];
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A cookie is sent with requests that other pages make. So every request of a client that could act by it must come
 * from a page of ours, or from a program that isn't a browser. With a token it may come from anywhere: no page can send
 * the token of another. Each of the three headers in which a browser says where a request comes from can get it
 * refused; none of them overrides another.
 */
export function refuseForeignPages(server: HttpServer, homes: readonly string[]): void {
  const ours = new Set<string | undefined>(homes.map((home) => new URL(home).origin));
  server.addHook('onRequest', async ({ method, headers, routeOptions }) => {
    const { url, config } = routeOptions;
    if (SAFE_METHODS.has(method) || url === undefined || routeKind({ url, config }) !== 'client') return;
    if (bearerOf(headers.authorization) === undefined && isForeign(headers, ours)) throw invalidOrigin();
  });
}

function isForeign(headers: IncomingHttpHeaders, ours: ReadonlySet<string | undefined>): boolean {
  const { origin, referer, 'sec-fetch-site': site } = headers;
  return (
    (origin !== undefined && !ours.has(origin)) ||
    (referer !== undefined && !ours.has(URL.parse(referer)?.origin)) ||
    // "none" is something the person did, such as opening a bookmark.
    (site !== undefined && site !== 'same-origin' && site !== 'none')
  );
}

const invalidOrigin = () =>
  new AppError({
    code: 'INVALID_ORIGIN',
    status: 403,
    detail:
      'This request came from a page we don’t recognize. Open Voxanne at its own address and try again.',
  });
