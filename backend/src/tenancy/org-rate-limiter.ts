import type { FastifyRequest } from 'fastify';
import type { Identity } from '../identity/index.ts';
import type { RateLimits } from '../platform/rate-limits/rate-limits.ts';
import { tooManyRequests } from '../platform/rate-limits/too-many.ts';
import type { Membership } from './profiles.queries.ts';

const HOUR = 3_600;
const PERSON = { name: 'person', quota: 3_000, windowSeconds: HOUR };

/** Counts a request of someone whose identity was proved, once. @throws {AppError} TOO_MANY_REQUESTS (429). */
export type OrgRateLimit = (
  request: FastifyRequest,
  identity: Identity,
  membership: Membership | undefined,
) => Promise<void>;

/**
 * Programs share the quota of the organization that they act for. A person at the dashboard has one of their own, so that
 * a program that sends too much never keeps the front desk waiting.
 */
export function orgRateLimit(options: { rateLimits: RateLimits; requestsPerHour: number }): OrgRateLimit {
  const { rateLimits, requestsPerHour } = options;
  return async (request, { userId, via }, membership) => {
    // An open stream is asked again who it is for; it stays one request.
    if (request.standing !== undefined) return;
    const isProgram = via === 'token' && membership !== undefined;
    const quota = isProgram
      ? {
          name: 'organization',
          quota: membership.requests_per_hour ?? requestsPerHour,
          windowSeconds: HOUR,
        }
      : PERSON;
    request.standing = await rateLimits.use(quota, isProgram ? membership.org_id : userId);
    if (!request.standing.isOver) return;
    throw isProgram
      ? tooManyRequests(
          request.standing,
          'Programs of your clinic sent',
          ', or ask the operator for a higher limit',
        )
      : tooManyRequests(request.standing, 'You sent');
  };
}
