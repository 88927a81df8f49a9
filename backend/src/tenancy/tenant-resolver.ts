import { type Right, type Role, scopesWith } from '@voxanne/contract';
import type { FastifyRequest } from 'fastify';
import type { Identity, IdentityService, KeyHolder, Person } from '../identity/index.ts';
import { believeBriefly } from '../platform/believed.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { refusesStrangers } from '../platform/request-limits.ts';
import { mintOrgId, type OrgId } from '../platform/tenant.ts';
import type { OrgRateLimit } from './org-rate-limiter.ts';
import { type Membership, membershipsOf } from './profiles.queries.ts';

export interface Tenant {
  orgId: OrgId;
  /** The person's; or of the API key, which is no person: then `key` is there, and `role` is not. */
  userId: string;
  email: string;
  role: Role | null;
  key?: KeyHolder['key'];
  actorType?: 'key';
  /** Where the organization came from: the signed token, or the profiles because the token had none. */
  orgSource: 'jwt' | 'database';
  changeIds?: string[];
}

/**
 * An onRequest hook: afterwards `tenantOf(request)` knows who asks and for which organization. This early, because a
 * stranger is asked who they are before anyone reads what they sent.
 */
export type TenantResolver = (request: FastifyRequest) => Promise<void>;

declare module 'fastify' {
  interface FastifyRequest {
    tenant?: Tenant;
    person?: Person;
  }
}

export interface TenantResolverOptions {
  identity: IdentityService;
  database: Database;
  clock: Clock;
  log: Logger;
  orgRateLimit: OrgRateLimit;
}

export interface TenantResolvers {
  tenantResolver: TenantResolver;
  /** For routes that also answer strangers: leaves `request.tenant` unset instead of refusing. */
  optionalTenantResolver: TenantResolver;
  /** For people who may not belong to a clinic yet: afterwards `personOf(request)` knows who asks. */
  personResolver: TenantResolver;
  /** For the same routes: counts the request against the quota of who asks. @returns false for a stranger. */
  countSignedIn: (request: FastifyRequest) => Promise<boolean>;
}

export function createTenantResolvers(options: TenantResolverOptions): TenantResolvers {
  const memberships = recentMemberships(options);
  /** Before anyone is refused: someone who no longer belongs to a clinic still counts. */
  const count = async (request: FastifyRequest, identity: Identity): Promise<Membership[]> => {
    const known = await memberships(identity);
    await options.orgRateLimit(request, identity, meantBy(identity, known));
    return known;
  };
  const tenantFor = (identity: Identity, known: Membership[]): Tenant =>
    identity.via === 'key' ? tenantOfKey(identity) : tenantOfPerson(identity, known, options.log);
  const identify = async (request: FastifyRequest): Promise<Identity> => {
    const identity = await options.identity.identify(request);
    if (identity) return identity;
    throw new AppError({
      code: 'NOT_SIGNED_IN',
      status: 401,
      detail: 'You’re not signed in. Sign in and try again.',
    });
  };
  return {
    tenantResolver: refusesStrangers(async (request) => {
      const identity = await identify(request);
      request.tenant = tenantFor(identity, await count(request, identity));
      if (request.method !== 'GET') request.tenant.changeIds = [];
    }),
    personResolver: refusesStrangers(async (request) => {
      const identity = await identify(request);
      if (identity.via === 'key') {
        await count(request, identity);
        throw personRequired();
      }
      await options.orgRateLimit(request, identity, undefined);
      request.person = identity;
    }),
    async optionalTenantResolver(request) {
      try {
        const identity = await options.identity.identify(request);
        if (!identity) return;
        if (identity.via === 'key' && !keyHasRight(identity.key, 'clinic.read')) return;
        request.tenant = tenantFor(identity, await memberships(identity));
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
      }
    },
    async countSignedIn(request) {
      const identity = await options.identity.identify(request);
      if (identity) await count(request, identity);
      return identity !== null;
    },
  };
}

/** The clinic of the token, or the person's first where the token names none. */
const meantBy = (identity: Identity, memberships: Membership[]): Membership | undefined =>
  identity.via === 'key' || identity.claimedOrgId === null
    ? memberships[0]
    : memberships.find(({ org_id }) => org_id === identity.claimedOrgId);

const keyHasRight = ({ scopes }: KeyHolder['key'], right: Right): boolean =>
  scopesWith(right).some((scope) => scopes.includes(scope));

export const notAMember = () =>
  new AppError({
    code: 'NOT_A_MEMBER',
    status: 403,
    detail: 'You no longer belong to this clinic. Sign out, then sign in again.',
  });

export const personRequired = () =>
  new AppError({
    code: 'PERSON_REQUIRED',
    status: 403,
    detail: 'An API key is not a person of the clinic, and this is for people. Sign in and try again.',
  });

/** It acts for its own clinic only, whatever it asks for. */
const tenantOfKey = ({ key }: KeyHolder): Tenant => ({
  orgId: mintOrgId(key.org_id),
  userId: key.id,
  email: '',
  role: null,
  key,
  actorType: 'key',
  orgSource: 'database',
});

function tenantOfPerson(identity: Person, memberships: Membership[], log: Logger): Tenant {
  const [first] = memberships;
  if (!first) {
    throw new AppError({
      code: 'NO_ORGANIZATION',
      status: 403,
      detail:
        'Your account doesn’t belong to a clinic. Ask the owner of your clinic to invite you, or sign up with a new account.',
    });
  }
  const meant = meantBy(identity, memberships);
  if (!meant) throw notAMember();
  const isClaimed = identity.claimedOrgId !== null;
  if (!isClaimed)
    log.info(
      { user_id: identity.userId, org_id: first.org_id },
      '[TenantResolver] Resolved missing org_id via database',
    );
  const { org_id, role } = meant;
  return {
    orgId: mintOrgId(org_id),
    userId: identity.userId,
    email: identity.email,
    role: role as Role,
    orgSource: isClaimed ? 'jwt' : 'database',
  };
}

/** "None" isn't cached: it's about to change for someone who just signed up or was invited. */
function recentMemberships({
  database,
  clock,
}: TenantResolverOptions): (identity: Identity) => Promise<Membership[]> {
  const believed = believeBriefly(clock, async (userId) => {
    const memberships = await database.serviceStatement(membershipsOf(userId));
    return memberships.length > 0 ? memberships : undefined;
  });
  return async (identity) => {
    if (identity.via === 'key') return [membershipOf(identity)];
    const { userId, claimedOrgId } = identity;
    const known = (await believed(userId)) ?? [];
    if (claimedOrgId === null || known.some(({ org_id }) => org_id === claimedOrgId)) return known;
    // A person who has just joined is not refused for as long as the earlier answer is believed.
    believed.forget(userId);
    return (await believed(userId)) ?? [];
  };
}

/** Of what it belongs to; read together with the key. */
const membershipOf = ({ key }: KeyHolder): Membership => ({
  org_id: key.org_id,
  role: '',
  requests_per_hour: key.max_requests_per_hour,
  own_requests_per_hour: key.own_requests_per_hour,
});

/** The person that `personResolver` has set. */
export function personOf(request: FastifyRequest): Person {
  if (!request.person) throw new Error('This route has no person resolver before it.');
  return request.person;
}

/** The tenant that a resolver has set. */
export function tenantOf(request: FastifyRequest): Tenant {
  if (!request.tenant) throw new Error('This route has no tenant resolver before it.');
  return request.tenant;
}
