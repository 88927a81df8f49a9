import type { FastifyRequest } from 'fastify';

/**
 * Where a request goes: the pattern of its route, whichever way the address was written, and without a route the
 * address as the router reads it. For every rule about addresses, because `/%61pi/me` and `//host/api/me` are
 * spellings of one and the same.
 */
export function addressOf(request: FastifyRequest): string {
  const { url } = request.routeOptions;
  if (url !== undefined) return url;
  const [path = '/'] = request.url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#;]/, 1);
  try {
    return decodeURIComponent(path) || '/';
  } catch {
    return path;
  }
}
