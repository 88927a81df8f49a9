import {
  Id,
  InvitationCreate,
  InvitationFacts,
  InvitationList,
  InvitationToken,
  Joined,
  NewInvitation,
  type Role,
} from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { acceptInvitation, createInvitation, findInvitation } from './invitations.ts';
import { anySignedIn, requireRight } from './rights.ts';
import { type InvitationRow, listInvitations, withdrawInvitation } from './team.queries.ts';
import { done } from './team-refusal.ts';
import { personOf, type TenantResolver, tenantOf } from './tenant-resolver.ts';

export interface TeamRouteOptions {
  database: Database;
  publicUrl: string;
  tenantResolver: TenantResolver;
  personResolver: TenantResolver;
}

export function registerInvitationRoutes(server: HttpServer, options: TeamRouteOptions): void {
  const { database, tenantResolver, personResolver } = options;
  const tags = ['team'];

  server.get(
    '/api/invitations',
    {
      onRequest: [tenantResolver, requireRight('team.manage')],
      schema: {
        tags,
        operationId: 'listInvitations',
        summary: 'Who is invited',
        description: 'Invitations that are open or have expired, newest first.',
        response: { 200: InvitationList },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const rows = await database.withTenant(tenant, (db) => listInvitations(db, tenant.orgId));
      return { data: rows.map(present), next_cursor: null };
    },
  );

  server.post(
    '/api/invitations',
    {
      config: { secret: true },
      onRequest: [tenantResolver, requireRight('team.manage')],
      schema: {
        tags,
        operationId: 'createInvitation',
        summary: 'Invite someone to the clinic',
        description:
          'The response has the link to send to that person; it’s shown only once. It works for 7 days, for one account with that email address. An earlier invitation to the same address ends. Audited.',
        body: InvitationCreate,
        response: { 201: NewInvitation },
      },
    },
    async (request, reply) => {
      const { url, ...row } = await createInvitation(options, tenantOf(request), request.body, request.id);
      return reply.code(201).send({ ...present(row), url });
    },
  );

  server.delete(
    '/api/invitations/:id',
    {
      onRequest: [tenantResolver, requireRight('team.manage')],
      schema: {
        tags,
        operationId: 'withdrawInvitation',
        summary: 'Withdraw an invitation',
        description: 'Its link stops working right away. Withdrawing it again changes nothing. Audited.',
        params: z.object({ id: Id.toLowerCase() }),
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { id } = request.params;
      done(await database.withTenant(tenant, (db) => withdrawInvitation(db, tenant.orgId, id, request.id)));
      return reply.code(204).send();
    },
  );

  server.post(
    '/api/invitations/look-up',
    {
      schema: {
        tags,
        operationId: 'lookUpInvitation',
        security: [],
        summary: 'What an invitation link is for',
        description: 'For the person who got it, before they sign in or sign up. Changes nothing.',
        body: InvitationToken,
        response: { 200: InvitationFacts },
      },
    },
    async (request) => {
      const found = await findInvitation(database, request.body.token, null);
      return { ...found, expires_at: new Date(found.expires_at).toISOString() };
    },
  );

  server.post(
    '/api/invitations/accept',
    {
      onRequest: [personResolver, anySignedIn],
      schema: {
        tags,
        operationId: 'acceptInvitation',
        summary: 'Accept an invitation',
        description:
          'For anyone signed in with the invited email address, even without a clinic. The next token is for this clinic. Accepting again changes nothing. Audited.',
        body: InvitationToken,
        response: { 200: Joined },
      },
    },
    async (request) => {
      const { org_id } = await acceptInvitation(
        database,
        request.body.token,
        personOf(request).userId,
        request.id,
      );
      return { org_id };
    },
  );
}

const present = ({ is_open, role, created_at, expires_at, ...row }: InvitationRow) => ({
  ...row,
  role: role as Role,
  status: is_open ? ('open' as const) : ('expired' as const),
  created_at: created_at.toISOString(),
  expires_at: expires_at.toISOString(),
});
