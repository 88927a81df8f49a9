import { type Role, scopesGive } from '@voxanne/contract';
import type { FastifyRequest } from 'fastify';
import {
  type Identity,
  type IdentityService,
  type KeyHolder,
  notSignedIn,
  type Person,
} from '../identity/index.ts';
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
  /** Whether the person's sign-in took a second step. */
  secondFactor: boolean;
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
  let repairs = 0;
  /** A repair is counted, and logged without saying whose it was. */
  const tenantFor = (request: FastifyRequest, identity: Identity, known: Membership[]): Tenant => {
    if (identity.via === 'key') return tenantOfKey(identity);
    const tenant = tenantOfPerson(identity, known);
    // An open stream is asked again who it is for; it stays one request.
    if (tenant.orgSource === 'jwt' || request.tenant !== undefined) return tenant;
    repairs += 1;
    const reason = identity.claimedOrgId === null ? 'missing' : 'not_a_member';
    options.log.info({ reason, repairs }, '[TenantResolver] Resolved missing org_id via database');
    return tenant;
  };
  const identify = async (request: FastifyRequest): Promise<Identity> => {
    const identity = await options.identity.identify(request);
    if (identity) return identity;
    throw notSignedIn();
  };
  return {
    tenantResolver: refusesStrangers(async (request) => {
      const identity = await identify(request);
      request.tenant = tenantFor(request, identity, await count(request, identity));
      refuseAnotherClinic(request);
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
        if (identity.via === 'key' && !scopesGive(identity.key.scopes, 'clinic.read')) return;
        request.tenant = tenantFor(request, identity, await memberships(identity));
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

/** The clinic of the token, or the person's first where the token names none, or one that isn't theirs (anymore). */
const meantBy = (identity: Identity, memberships: Membership[]): Membership | undefined =>
  identity.via === 'key'
    ? memberships[0]
    : (memberships.find(({ org_id }) => org_id === identity.claimedOrgId) ?? memberships[0]);

/**
 * A page says which clinic it shows: after a switch in another window, what was typed for one clinic must not be saved
 * in the other. What it says is compared and never believed.
 */
function refuseAnotherClinic(request: FastifyRequest): void {
  const shown = request.headers['x-clinic-id'];
  if (shown === undefined || shown === request.tenant?.orgId) return;
  throw new AppError({
    code: 'CLINIC_CHANGED',
    status: 409,
    detail:
      'This was meant for another clinic than the one you work in now, so nothing was changed. Reload the page, or switch back to that clinic.',
  });
}

const secondFactorRequired = () =>
  new AppError({
    code: 'SECOND_FACTOR_REQUIRED',
    status: 403,
    detail:
      'This clinic requires two-step sign-in. Set it up for your account (open Voxanne in a browser, it shows you how), then sign in again.',
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
  secondFactor: false,
  key,
  actorType: 'key',
  orgSource: 'database',
});

function tenantOfPerson(identity: Person, memberships: Membership[]): Tenant {
  const meant = meantBy(identity, memberships);
  if (!meant) {
    throw new AppError({
      code: 'NO_ORGANIZATION',
      status: 403,
      detail:
        'Your account doesn’t belong to a clinic. Ask the owner of your clinic to invite you, or create a clinic of your own.',
    });
  }
  if (meant.require_second_factor && !identity.secondFactor) throw secondFactorRequired();
  const { org_id, role } = meant;
  return {
    orgId: mintOrgId(org_id),
    userId: identity.userId,
    email: identity.email,
    role: role as Role,
    secondFactor: identity.secondFactor,
    orgSource: org_id === identity.claimedOrgId ? 'jwt' : 'database',
  };
}

/** "None" isn't cached: it's about to change for someone who just signed up or was invited. */
function recentMemberships({
  database,
  clock,
}: TenantResolverOptions): (identity: Identity) => Promise<Membership[]> {
  // For each claim: of a person who has just joined, the next token is not judged by an answer from before. One query,
  // whatever the token says.
  const believed = believeBriefly(clock, async (key) => {
    const [userId = ''] = key.split(' ');
    const memberships = await database.serviceStatement(membershipsOf(userId));
    return memberships.length > 0 ? memberships : undefined;
  });
  return async (identity) => {
    if (identity.via === 'key') return [membershipOf(identity)];
    return (await believed(`${identity.userId} ${identity.claimedOrgId}`)) ?? [];
  };
}

/** Of what it belongs to; read together with the key. */
const membershipOf = ({ key }: KeyHolder): Membership => ({
  org_id: key.org_id,
  role: '',
  requests_per_hour: key.max_requests_per_hour,
  own_requests_per_hour: key.own_requests_per_hour,
  // People take two steps; a key has no sign-in.
  require_second_factor: false,
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
