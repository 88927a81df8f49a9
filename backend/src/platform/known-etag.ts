import type { FastifyRequest } from 'fastify';

/** Whether the caller has what this ETag names (`If-None-Match`, compared weakly: RFC 9110, 13.1.2). */
export function knowsEtag(request: FastifyRequest, etag: string): boolean {
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known !== undefined && (known.includes(etag) || known.includes('*'));
}
