import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from './errors.ts';

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  409: 'Conflict',
  413: 'Too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  416: 'Not in the file',
  417: 'Expectation failed',
  422: 'Cannot be done',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'Internal error',
  502: 'Provider failed',
  503: 'Unavailable',
};

/** RFC 9457. */
export const problemOf = (failure: AppError, requestId: string) => ({
  type: `urn:voxanne:problem:${failure.code.toLowerCase()}`,
  title: failure.title ?? TITLES[failure.status] ?? 'Error',
  status: failure.status,
  detail: failure.message,
  code: failure.code,
  request_id: requestId,
  retryable: failure.retryable,
  ...failure.extra,
});

/** Retry-After, and the limit behind it: the shortest whose window is long enough for the wait. */
export function limitHeaders({ retryAfterSeconds: wait, quotas }: AppError): Record<string, string> {
  if (wait === undefined) return {};
  const reached = quotas.find(({ windowSeconds }) => windowSeconds >= wait) ?? quotas.at(-1);
  const policies = quotas.map(({ name, quota, windowSeconds }) => `"${name}";q=${quota};w=${windowSeconds}`);
  return {
    'retry-after': String(wait),
    ...(reached && {
      ratelimit: `"${reached.name}";r=0;t=${wait}`,
      'ratelimit-policy': policies.join(', '),
    }),
  };
}

export function sendProblem(reply: FastifyReply, request: FastifyRequest, failure: AppError): FastifyReply {
  reply.headers(limitHeaders(failure));
  // Past the route's serializer on purpose: a problem may answer any route, declared there or not.
  return reply
    .code(failure.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problemOf(failure, request.id));
}
