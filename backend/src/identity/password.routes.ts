import { Accepted, PasswordChange, PasswordReset, PasswordResetRequest } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';
import {
  type AccountRoutes,
  requireMail,
  requireSession,
  sessionOf,
  tags,
  withPassword,
} from './account-context.ts';
import { ask, give } from './issuer-bridge.ts';
import { refuseGuessablePassword } from './password-rules.ts';
import { resetPassword } from './reset-password.ts';

const limits = { bytes: 4_096, fields: 8, depth: 2 };

/** A forgotten password, and one that is changed by someone who knows it. */
export const registerPasswordRoutes: AccountRoutes = (server, context) => {
  const proof = requireSession(context);
  server.post(
    '/api/auth/request-password-reset',
    {
      config: { limits: { bytes: 1_024, fields: 4, depth: 2 } },
      schema: {
        tags,
        operationId: 'requestPasswordReset',
        security: [],
        summary: 'Email a link to choose a new password',
        description:
          'The answer is the same, and takes as long, whether there is such an account or not. The link works once, for an hour. At most 5 an hour for an address. 409 NO_MAILER where the operator has set up no mail server.',
        body: PasswordResetRequest,
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      const { email } = request.body;
      await requireMail(context, request, email);
      context.mailer.background(async () => {
        const { api } = await context.issuer();
        await api.requestPasswordReset({ body: { email } });
      });
      return reply.code(202).send({ status: true });
    },
  );

  server.post(
    '/api/auth/reset-password',
    {
      config: { limits },
      schema: {
        tags,
        operationId: 'resetPassword',
        security: [],
        summary: 'Choose a new password with the link from the email',
        description:
          'Ends every session of the account, and every other link for it. A link that was used or is older than an hour is 400 LINK_NOT_VALID; a password that is refused leaves the link as it is. A second factor is still asked for at the next sign-in.',
        body: PasswordReset,
        response: { 200: Accepted },
      },
    },
    async (request) => {
      const { token, password } = request.body;
      const done = await withPassword(
        context,
        request,
        null,
        () => resetPassword(context, token, password),
        (result) => !result,
      );
      if (!done) {
        throw new AppError({
          code: 'LINK_NOT_VALID',
          status: 400,
          detail:
            'This link doesn’t work anymore: it was used, or it’s older than an hour. Your password hasn’t changed. Ask for a new link on the sign-in page.',
        });
      }
      context.forgetSessions();
      return { status: true } as const;
    },
  );

  server.post(
    '/api/auth/change-password',
    {
      onRequest: [proof],
      config: {
        limits,
        described: {
          answers: {
            200: {
              description: 'Changed; the cookie holds a new session',
              content: { 'application/json': Accepted },
            },
          },
        },
      },
      schema: {
        tags,
        operationId: 'changePassword',
        security: [{ session: [] }],
        summary: 'Change your password',
        description:
          'Ends your other sessions and every link for a forgotten password; this browser gets a new session. Wrong current passwords count as failed sign-ins: 400 WRONG_PASSWORD.',
        body: PasswordChange,
      },
    },
    async (request, reply) => {
      const { user } = await sessionOf(context, request);
      const { current_password: currentPassword, password: newPassword } = request.body;
      refuseGuessablePassword(newPassword, { email: user.email, names: [user.name] });
      const answer = await withPassword(
        context,
        request,
        user.email,
        () => ask(context, request, { currentPassword, newPassword, revokeOtherSessions: true }),
        ({ status }) => status === 400,
      );
      if (answer.status === 200) {
        const { adapter } = await (await context.issuer()).$context;
        await adapter.deleteMany({ model: 'verification', where: [{ field: 'value', value: user.id }] });
        context.forgetSessions();
        context.mailer.send('password changed', context.letters.passwordChanged(user));
      }
      return give(request, reply, answer, () => ({ status: true }));
    },
  );
};
