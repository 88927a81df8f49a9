import { Account, AccountSessionList, Id } from '@voxanne/contract';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import {
  type AccountRoutes,
  cookieHeaders,
  countRecoveryCodes,
  requireSession,
  sessionOf,
  tags,
} from './account-context.ts';

const notFound = () =>
  new AppError({
    code: 'NOT_FOUND',
    status: 404,
    detail: 'That session isn’t there anymore: it has ended already, or it’s not yours.',
  });

/** A person's own account, and where it is signed in. */
export const registerSessionRoutes: AccountRoutes = (server, context) => {
  const proof = requireSession(context);
  server.get(
    '/api/auth/account',
    {
      onRequest: [proof],
      schema: {
        tags,
        operationId: 'getAccount',
        security: [{ session: [] }],
        summary: 'Your own account',
        description: 'Whether its address is confirmed, and whether signing in takes two steps.',
        response: { 200: Account },
      },
    },
    async (request) => {
      const { user } = await sessionOf(context, request);
      return {
        user_id: user.id,
        email: user.email,
        name: user.name,
        email_verified: user.emailVerified,
        second_factor: user.twoFactorEnabled === true,
        recovery_codes_left: user.twoFactorEnabled ? await countRecoveryCodes(context, user.id) : 0,
      };
    },
  );

  server.get(
    '/api/auth/sessions',
    {
      onRequest: [proof],
      schema: {
        tags,
        operationId: 'listSessions',
        security: [{ session: [] }],
        summary: 'Where you’re signed in',
        description: 'Your sessions that haven’t ended, the newest first.',
        response: { 200: AccountSessionList },
      },
    },
    async (request) => {
      const { session } = await sessionOf(context, request);
      const { api } = await context.issuer();
      const sessions = await api.listSessions({ headers: cookieHeaders(request) });
      const newestFirst = sessions.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
      return {
        data: newestFirst.map((one) => ({
          id: one.id,
          current: one.id === session.id,
          created_at: one.createdAt.toISOString(),
          expires_at: one.expiresAt.toISOString(),
          ip_address: one.ipAddress || null,
          user_agent: one.userAgent || null,
        })),
        next_cursor: null,
      };
    },
  );

  server.delete(
    '/api/auth/sessions/:id',
    {
      onRequest: [proof],
      schema: {
        tags,
        operationId: 'endSession',
        security: [{ session: [] }],
        summary: 'End one of your sessions',
        description: 'Its cookie and its tokens are refused within 5 seconds, everywhere.',
        params: z.object({ id: Id.toLowerCase() }),
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { api } = await context.issuer();
      const headers = cookieHeaders(request);
      const ended = (await api.listSessions({ headers })).find(({ id }) => id === request.params.id);
      if (!ended) throw notFound();
      await api.revokeSession({ body: { token: ended.token }, headers });
      context.forgetSessions();
      return reply.code(204).send();
    },
  );

  server.post(
    '/api/auth/sessions/end-others',
    {
      onRequest: [proof],
      schema: {
        tags,
        operationId: 'endOtherSessions',
        security: [{ session: [] }],
        summary: 'End all your sessions but this one',
        description: 'Their cookies and their tokens are refused within 5 seconds, everywhere.',
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { api } = await context.issuer();
      await api.revokeOtherSessions({ headers: cookieHeaders(request) });
      context.forgetSessions();
      return reply.code(204).send();
    },
  );
};
