import { HandOver, Id, Member, MemberList, MemberPatch, type Role } from '@voxanne/contract';
import { z } from 'zod';
import type { Db } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import type { TeamRouteOptions } from './invitations.routes.ts';
import { anyMemberInPerson, requireRight } from './rights.ts';
import {
  changeMemberRole,
  handOverOwnership,
  leaveOrganization,
  listMembers,
  removeMember,
} from './team.queries.ts';
import { done } from './team-refusal.ts';
import { tenantOf } from './tenant-resolver.ts';

const nothing = { 204: z.undefined() };

export function registerMemberRoutes(
  server: HttpServer,
  { database, tenantResolver }: TeamRouteOptions,
): void {
  const tags = ['team'];
  const params = z.object({ user_id: Id.toLowerCase() });

  server.get(
    '/api/members',
    {
      onRequest: [tenantResolver, requireRight('team.read')],
      schema: {
        tags,
        operationId: 'listMembers',
        summary: 'Who belongs to the clinic',
        description: 'With their roles, longest-standing first.',
        response: { 200: MemberList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return {
        data: await database.withTenant(tenant, (db) => readMembers(db, tenant.orgId)),
        next_cursor: null,
      };
    },
  );

  server.patch(
    '/api/members/:user_id',
    {
      onRequest: [tenantResolver, requireRight('team.manage')],
      schema: {
        tags,
        operationId: 'updateMember',
        summary: 'Give a member another role',
        description:
          'Only owners can add and change owners, and a clinic keeps at least one (409 LAST_OWNER). Takes effect within seconds, also in open sessions. Audited.',
        params,
        body: MemberPatch,
        response: { 200: Member },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { user_id: userId } = request.params;
      return database.withTenant(tenant, async (db) => {
        done(await changeMemberRole(db, tenant.orgId, userId, request.body.role, request.id));
        const members = await readMembers(db, tenant.orgId);
        const changed = members.find((member) => member.user_id === userId);
        if (!changed) throw new Error('A member whose role was changed is not in the list.');
        return changed;
      });
    },
  );

  server.delete(
    '/api/members/:user_id',
    {
      onRequest: [tenantResolver, requireRight('team.manage')],
      schema: {
        tags,
        operationId: 'removeMember',
        summary: 'Remove a member from the clinic',
        description:
          'They lose access within seconds, also on open pages. Their account stays; invitations they made end. Only owners can remove owners, and a clinic keeps at least one (409 LAST_OWNER). Audited.',
        params,
        response: nothing,
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { user_id: userId } = request.params;
      done(await database.withTenant(tenant, (db) => removeMember(db, tenant.orgId, userId, request.id)));
      return reply.code(204).send();
    },
  );

  server.post(
    '/api/members/leave',
    {
      onRequest: [tenantResolver, anyMemberInPerson],
      schema: {
        tags,
        operationId: 'leaveClinic',
        summary: 'Leave the clinic',
        description:
          'The last owner can’t leave (409 LAST_OWNER) and hands over the clinic first. The account stays. Audited.',
        response: nothing,
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      done(await database.withTenant(tenant, (db) => leaveOrganization(db, tenant.orgId, request.id)));
      return reply.code(204).send();
    },
  );

  server.post(
    '/api/members/hand-over',
    {
      onRequest: [tenantResolver, requireRight('owners.manage')],
      schema: {
        tags,
        operationId: 'handOverClinic',
        summary: 'Hand over the clinic to another member',
        description: 'In one step, they become an owner and you become an admin. Audited.',
        body: HandOver,
        response: nothing,
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { user_id: userId } = request.body;
      done(
        await database.withTenant(tenant, (db) => handOverOwnership(db, tenant.orgId, userId, request.id)),
      );
      return reply.code(204).send();
    },
  );
}

const readMembers = async (db: Db, orgId: string): Promise<Member[]> =>
  (await listMembers(db, orgId)).map(({ created_at, email, role, ...row }) => ({
    ...row,
    email: email ?? '',
    role: role as Role,
    joined_at: created_at.toISOString(),
  }));
