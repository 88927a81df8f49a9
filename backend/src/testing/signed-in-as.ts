import type { FastifyRequest } from 'fastify';
import { refusesStrangers } from '../platform/request-limits.ts';
import type { Tenant } from '../tenancy/index.ts';
import type { TestOrganization } from './database.ts';

/** A tenant resolver for a server of the test's own: the owner of that clinic asks, in another role, or no one. */
export const signedInAs = (
  who: () => TestOrganization | undefined,
  role: () => Tenant['role'] = () => 'owner',
) =>
  refusesStrangers(async (request: FastifyRequest): Promise<void> => {
    const clinic = who();
    if (clinic)
      request.tenant = {
        ...clinic.scope,
        email: clinic.email,
        role: role(),
        secondFactor: false,
        orgSource: 'jwt',
      };
  });
