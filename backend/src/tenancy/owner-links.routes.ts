import {
  InvitationToken,
  NewOwnerLink,
  OwnerLinkCreate,
  OwnerLinkFacts,
  type SignUpMode,
} from '@voxanne/contract';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { createOperatorCheck } from '../platform/operator.ts';
import { findOwnerLink, makeOwnerLink } from './owner-links.ts';

export interface OwnerLinkRouteOptions {
  database: Database;
  publicUrl: string;
  operatorToken: string;
  signUp: SignUpMode;
}

/** How the operator lets owners in. */
export function registerOwnerLinkRoutes(server: HttpServer, options: OwnerLinkRouteOptions): void {
  const { database } = options;

  server.post(
    '/api/operator/owner-links',
    {
      config: { secret: true },
      onRequest: createOperatorCheck(options.operatorToken),
      schema: {
        tags: ['operator'],
        operationId: 'createOwnerLink',
        security: [{ operator: [] }],
        summary: 'Make a link for the owner of a new clinic',
        description:
          'The answer holds the link, this once. It creates one clinic, whose receptionist doesn’t wait for approval. With an `email` it only works for that address, for 7 days; without one for the person who opens it first, for 24 hours. An earlier link for the same address, or for none, ends.',
        body: OwnerLinkCreate,
        response: { 201: NewOwnerLink },
      },
    },
    async (request, reply) => {
      if (options.signUp === 'closed') {
        throw new AppError({
          code: 'SIGN_UP_CLOSED',
          status: 409,
          detail:
            'SIGN_UP is closed, so a link would let no one in. Set SIGN_UP=invited, restart, and make the link then.',
        });
      }
      return reply.code(201).send(await makeOwnerLink(options, request.body.email ?? null));
    },
  );

  server.post(
    '/api/owner-links/look-up',
    {
      schema: {
        tags: ['organization'],
        operationId: 'lookUpOwnerLink',
        security: [],
        summary: 'Whom an owner’s link is for',
        description:
          'For the person who got it from the operator, before they sign up. Changes nothing. Name it as `invitation` in the sign-up, or when creating a clinic.',
        body: InvitationToken,
        response: { 200: OwnerLinkFacts },
      },
    },
    async (request) => {
      const found = await findOwnerLink(database, request.body.token, null);
      return { email: found.email, expires_at: new Date(found.expires_at).toISOString() };
    },
  );
}
