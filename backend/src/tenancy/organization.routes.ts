import { Me, Organization, OrganizationPatch, type Role } from '@voxanne/contract';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { changeOrganization } from './change-organization.ts';
import { findOrganization, type OrganizationRow } from './organizations.queries.ts';
import { currentRole } from './profiles.queries.ts';
import { anyMember, requireRight } from './rights.ts';
import { notAMember, type TenantResolver, tenantOf } from './tenant-resolver.ts';

export interface OrganizationRouteOptions {
  database: Database;
  tenantResolver: TenantResolver;
}

export function registerOrganizationRoutes(server: HttpServer, options: OrganizationRouteOptions): void {
  const { database, tenantResolver } = options;
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
          'Your account, your clinic and your role there, and whether the clinic came from the token or the database.',
        response: { 200: Me },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      // The role is read, not believed: a page that hears of a new one asks here at once, and never again.
      const { organization, role } = await database.withTenant(tenant, async (db) => ({
        organization: await findOrganization(db, tenant.orgId),
        role: await currentRole(db, tenant.userId, tenant.orgId),
      }));
      if (role === undefined) throw notAMember();
      return {
        user_id: tenant.userId,
        email: tenant.email,
        org_id: tenant.orgId,
        organization: { id: organization.id, name: organization.name, time_zone: organization.time_zone },
        role: role as Role,
        org_source: tenant.orgSource,
      };
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
      return present(await database.withTenant(tenant, (db) => findOrganization(db, tenant.orgId)));
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
      return present(await changeOrganization(database, tenant, request.body, request.id));
    },
  );
}

const present = (row: OrganizationRow) => ({
  ...row,
  calendar_policy: row.calendar_policy as 'internal_only' | 'closed',
  created_at: row.created_at.toISOString(),
});
