import type { FastifyRequest } from 'fastify';

/**
 * A request's address: the pattern of its route, however the address was written, or without a route the
 * address as the router reads it. For every rule about addresses, because `/%61pi/me` and `//host/api/me` are
 * spellings of the same address.
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
