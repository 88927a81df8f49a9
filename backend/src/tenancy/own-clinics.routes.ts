import { Id, Joined, MyOrganization, MyOrganizationList, OrganizationCreate } from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { activateOwnClinic, createOwnClinic, listOwnClinics } from './own-clinics.ts';
import { anySignedIn } from './rights.ts';
import { personOf, type TenantResolver } from './tenant-resolver.ts';

/** For people who belong to no clinic yet, or to several. */
export function registerOwnClinicRoutes(
  server: HttpServer,
  { database, personResolver }: { database: Database; personResolver: TenantResolver },
): void {
  const tags = ['organization'];
  const onRequest = [personResolver, anySignedIn];

  server.get(
    '/api/organizations',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'listMyOrganizations',
        summary: 'The clinics you belong to',
        description:
          'With your role in each, and which one this session or token is for. Empty for someone without a clinic.',
        response: { 200: MyOrganizationList },
      },
    },
    async (request) => ({ data: await listOwnClinics(database, personOf(request)), next_cursor: null }),
  );

  server.post(
    '/api/organizations',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'createOrganization',
        summary: 'Create a clinic',
        description:
          'You become its owner, and your session and next token are for it. Where sign-up isn’t open, this is for people who own a clinic already, or have the operator’s link (`invitation`). At most 5 a day. Audited.',
        body: OrganizationCreate,
        response: { 201: MyOrganization },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await createOwnClinic(database, personOf(request), request.body, request.id)),
  );

  server.post(
    '/api/organizations/:id/activate',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'activateOrganization',
        summary: 'Switch to another of your clinics',
        description:
          'Your session is for it from now on, and so is the next token. A token you have already stays for its own clinic.',
        params: z.object({ id: Id.toLowerCase() }),
        response: { 200: Joined },
      },
    },
    async (request) => {
      const { id } = request.params;
      await activateOwnClinic(database, personOf(request), id);
      return { org_id: id };
    },
  );
}
