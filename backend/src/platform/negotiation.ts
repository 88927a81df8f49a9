import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { addVary } from './compression.ts';

/**
 * Which of our media types the caller likes best; the first for who does not care, or likes none of them. `q=0` means
 * never. Caches learn that the answer depends on it.
 */
export function preferredType<T extends string>(
  request: FastifyRequest,
  reply: FastifyReply,
  types: readonly [T, ...T[]],
): T {
  addVary(reply, 'accept');
  return (new Negotiator(request.raw).mediaType(types) as T | undefined) ?? types[0];
}

/** A browser that wants a page: who takes anything gets JSON. */
export const wantsPage = (request: FastifyRequest, reply: FastifyReply): boolean =>
  preferredType(request, reply, ['application/json', 'text/html']) === 'text/html';
