import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { Standing } from './rate-limits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Against which quota this request was counted, and how that stands. */
    standing?: Standing;
  }
}

function inWords(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? 'a second' : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'a minute' : minutes === 60 ? 'an hour' : `${minutes} minutes`;
}

/** @param what who sent too much, as the beginning of a sentence. */
export const tooManyRequests = ({ quota, resetSeconds }: Standing, what: string, advice = ''): AppError =>
  new AppError({
    code: 'TOO_MANY_REQUESTS',
    status: 429,
    detail: `${what} more than ${quota.quota.toLocaleString('en-US')} requests in ${inWords(quota.windowSeconds)}. Wait ${inWords(resetSeconds)}, then try again${advice}.`,
    retryable: true,
    retryAfterSeconds: resetSeconds,
    quotas: [quota],
  });

/** Says how the quota stands, unless a refusal has named another one. */
export function sendStanding({ standing }: FastifyRequest, reply: FastifyReply): void {
  if (standing === undefined || reply.hasHeader('ratelimit')) return;
  const { quota, remaining, resetSeconds, isOver } = standing;
  reply.headers({
    ratelimit: `"${quota.name}";r=${remaining};t=${resetSeconds}`,
    'ratelimit-policy': `"${quota.name}";q=${quota.quota};w=${quota.windowSeconds}`,
    ...(isOver ? { 'retry-after': String(resetSeconds) } : {}),
  });
}
