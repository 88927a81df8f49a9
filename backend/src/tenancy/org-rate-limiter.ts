import type { FastifyRequest } from 'fastify';
import type { Identity } from '../identity/index.ts';
import { AppError } from '../platform/errors.ts';
import type { RateLimits, Standing } from '../platform/rate-limits/rate-limits.ts';
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

/** What the operator allows the programs of a clinic in an hour. */
export const maxRequestsPerHour = (
  { requests_per_hour }: Pick<Membership, 'requests_per_hour'>,
  ofDeployment: number,
): number => requests_per_hour ?? ofDeployment;

/** What a clinic sets itself. @throws {AppError} LIMIT_TOO_HIGH (400). */
export function refuseAbove(max: number, limit: number): void {
  if (limit <= max) return;
  const most = max.toLocaleString('en-US');
  throw new AppError({
    code: 'LIMIT_TOO_HIGH',
    status: 400,
    detail: `The operator allows programs of your clinic ${most} requests an hour. Choose a limit up to that, or ask the operator for more.`,
    extra: { errors: [{ path: 'requests_per_hour', message: `is at most ${most}` }] },
  });
}

/**
 * Programs share the quota of the organization that they act for. A person at the dashboard has one of their own, so that
 * a program that sends too much never keeps the front desk waiting. An API key can have its own as well, within that of
 * its organization, so that one program leaves something to the others.
 */
export function orgRateLimit(options: { rateLimits: RateLimits; requestsPerHour: number }): OrgRateLimit {
  const { rateLimits, requestsPerHour } = options;

  const countKey = async (identity: Identity): Promise<Standing | undefined> => {
    if (identity.via !== 'key' || identity.key.requests_per_hour === null) return undefined;
    const { id, requests_per_hour: quota } = identity.key;
    return rateLimits.use({ name: 'key', quota, windowSeconds: HOUR }, id);
  };

  /** The lower of what the operator allows and what the clinic set itself, whatever the latter is. */
  const quotaOf = (membership: Membership): number => {
    const max = maxRequestsPerHour(membership, requestsPerHour);
    return Math.min(membership.own_requests_per_hour ?? max, max);
  };

  return async (request, identity, membership) => {
    // An open stream is asked again who it is for; it stays one request.
    if (request.standing !== undefined) return;
    if (identity.via === 'session' || membership === undefined) {
      request.standing = await rateLimits.use(
        PERSON,
        identity.via === 'key' ? identity.key.id : identity.userId,
      );
      if (request.standing.isOver) throw tooManyRequests(request.standing, 'You sent');
      return;
    }
    const ofKey = await countKey(identity);
    if (ofKey?.isOver) {
      request.standing = ofKey;
      throw tooManyRequests(ofKey, 'This API key sent', ', or raise its limit under Settings > API keys');
    }
    const quota = quotaOf(membership);
    const clinic = { name: 'organization', quota, windowSeconds: HOUR };
    const ofClinic = await rateLimits.use(clinic, membership.org_id);
    // What a program must know is what ends first.
    request.standing = ofKey && !ofClinic.isOver && ofKey.remaining < ofClinic.remaining ? ofKey : ofClinic;
    if (!ofClinic.isOver) return;
    throw tooManyRequests(
      ofClinic,
      'Programs of your clinic sent',
      quota === membership.own_requests_per_hour
        ? ', or raise the limit under Settings > API keys'
        : ', or ask the operator for a higher limit',
    );
  };
}
