import { Me, MeByKey, Organization, OrganizationPatch, type Role, SecondFactorRule } from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { changeOrganization } from './change-organization.ts';
import { notAMember } from './not-a-member.ts';
import { maxRequestsPerHour } from './org-rate-limiter.ts';
import { findOrganization, type OrganizationRow } from './organizations.queries.ts';
import { currentRole } from './profiles.queries.ts';
import { anyMember, requireRight } from './rights.ts';
import { setSecondFactorRule } from './team.queries.ts';
import { done } from './team-refusal.ts';
import { type TenantResolver, tenantOf } from './tenant-resolver.ts';

export interface OrganizationRouteOptions {
  database: Database;
  tenantResolver: TenantResolver;
  /** What the deployment allows the programs of a clinic. */
  requestsPerHour: number;
}

export function registerOrganizationRoutes(server: HttpServer, options: OrganizationRouteOptions): void {
  const { database, tenantResolver, requestsPerHour } = options;
  const tags = ['organization'];

  server.get(
    '/api/me',
    {
      onRequest: [tenantResolver, anyMember],
      schema: {
        tags,
        operationId: 'getMe',
        summary: 'Who you are and for which clinic',
        description:
          'Your account, your clinic and your role there, and whether the clinic came from the token or the database. For an API key: its clinic and its scopes, and no person.',
        response: { 200: z.union([Me, MeByKey]) },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      // The role is read, not believed: a page that hears of a new one asks here at once, and never again.
      const { organization, role } = await database.withTenant(tenant, async (db) => ({
        organization: await findOrganization(db, tenant.orgId),
        role: tenant.key ? null : await currentRole(db, tenant.userId, tenant.orgId),
      }));
      if (role === undefined) throw notAMember();
      const clinic = {
        org_id: tenant.orgId,
        organization: { id: organization.id, name: organization.name, time_zone: organization.time_zone },
        org_source: tenant.orgSource,
      };
      if (tenant.key) {
        const { id, name, prefix, scopes } = tenant.key;
        return { ...clinic, user_id: null, email: null, role: null, api_key: { id, name, prefix, scopes } };
      }
      return { ...clinic, user_id: tenant.userId, email: tenant.email, role: role as Role };
    },
  );

  server.get(
    '/api/organization',
    {
      onRequest: [tenantResolver, requireRight('clinic.read')],
      schema: {
        tags,
        operationId: 'getOrganization',
        summary: 'The clinic',
        description: 'Name, phone, time zone and the rules for the whole clinic.',
        response: { 200: Organization },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return present(
        await database.withTenant(tenant, (db) => findOrganization(db, tenant.orgId)),
        requestsPerHour,
      );
    },
  );

  server.patch(
    '/api/organization',
    {
      onRequest: [tenantResolver, requireRight('settings.edit')],
      schema: {
        tags,
        operationId: 'updateOrganization',
        summary: 'Change the clinic',
        description:
          'Only the fields you send change. A time zone that would show upcoming appointments at a different time needs `confirm_time_zone: true`.',
        body: OrganizationPatch,
        response: { 200: Organization },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const changed = await changeOrganization(database, tenant, request.body, {
        requestId: request.id,
        requestsPerHour,
      });
      return present(changed, requestsPerHour);
    },
  );

  server.put(
    '/api/organization/second-factor',
    {
      onRequest: [tenantResolver, requireRight('security.manage')],
      schema: {
        tags,
        operationId: 'setSecondFactorRule',
        summary: 'Require two-step sign-in of everyone in the clinic',
        description:
          'Holds within seconds: members whose sign-in took one step get 403 SECOND_FACTOR_REQUIRED until they set it up under Settings > Security, or, with Supabase’s accounts, there. You need it yourself first (409 SECOND_FACTOR_FIRST). API keys aren’t people and go on. Audited.',
        body: SecondFactorRule,
        response: { 200: Organization },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { required } = request.body;
      if (required && !tenant.secondFactor) throw secondFactorFirst();
      const changed = await database.withTenant(tenant, async (db) => {
        done(await setSecondFactorRule(db, tenant.orgId, required, request.id));
        return findOrganization(db, tenant.orgId);
      });
      return present(changed, requestsPerHour);
    },
  );
}

/** Or the person who asks would be the first whom it keeps out. */
const secondFactorFirst = () =>
  new AppError({
    code: 'SECOND_FACTOR_FIRST',
    status: 409,
    detail:
      'Turn on two-step sign-in for your own account first: otherwise this would lock you out, too. Then require it of everyone.',
  });

const present = (
  { own_requests_per_hour, requests_per_hour, ...row }: OrganizationRow,
  requestsPerHour: number,
) => ({
  ...row,
  requests_per_hour: own_requests_per_hour,
  max_requests_per_hour: maxRequestsPerHour({ requests_per_hour }, requestsPerHour),
  calendar_policy: row.calendar_policy as 'internal_only' | 'closed',
  created_at: row.created_at.toISOString(),
});
