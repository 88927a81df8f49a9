import type { FastifyRequest } from 'fastify';
import type { Config } from '../platform/config.ts';
import { AppError } from '../platform/errors.ts';
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
 * A cookie is sent with requests that other pages make. Each of the three headers in which a browser says where
 * a request comes from can get it refused; none of them overrides another.
 *
 * @throws {AppError} INVALID_ORIGIN (403).
 */
export function refuseForeignPages(request: FastifyRequest, ...homes: readonly string[]): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, referer } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const ours = new Set<string | undefined>(homes.map((home) => new URL(home).origin));
  const foreign =
    (origin !== undefined && !ours.has(origin)) ||
    (referer !== undefined && !ours.has(URL.parse(referer)?.origin)) ||
    // "none" is something the person did, such as opening a bookmark.
    (site !== undefined && site !== 'same-origin' && site !== 'none');
  if (foreign) {
    throw new AppError({
      code: 'INVALID_ORIGIN',
      status: 403,
      detail:
        'This request came from a page we don’t recognize. Open Voxanne at its own address and try again.',
    });
  }
}
