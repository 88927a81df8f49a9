import { Accepted, EmailChange, EmailVerification, EmailVerified } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';
import {
  type AccountRoutes,
  cookieHeaders,
  requireMail,
  requireSession,
  sessionOf,
  tags,
  withPassword,
} from './account-context.ts';
import { confirmEmail } from './confirm-email.ts';
import { codeOf } from './issuer-errors.ts';

const limits = { bytes: 4_096, fields: 8, depth: 2 };

/** Whether an address is a person's own, and another address for the same account. */
export const registerEmailRoutes: AccountRoutes = (server, context) => {
  const proof = requireSession(context);
  server.post(
    '/api/auth/send-verification-email',
    {
      onRequest: [proof],
      schema: {
        tags,
        operationId: 'sendVerificationEmail',
        security: [{ session: [] }],
        summary: 'Email yourself the link that confirms your address',
        description:
          'The sign-up sends the first one. The link works for an hour. 409 ALREADY_VERIFIED where there is nothing left to confirm; 409 NO_MAILER where the operator has set up no mail server.',
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      const { user } = await sessionOf(context, request);
      if (user.emailVerified) {
        throw new AppError({
          code: 'ALREADY_VERIFIED',
          status: 409,
          detail: `${user.email} is confirmed already. There’s nothing left to do.`,
        });
      }
      await requireMail(context, request, user.email);
      const { api } = await context.issuer();
      await api.sendVerificationEmail({ body: { email: user.email }, headers: cookieHeaders(request) });
      return reply.code(202).send({ status: true });
    },
  );

  server.post(
    '/api/auth/verify-email',
    {
      config: { limits },
      schema: {
        tags,
        operationId: 'verifyEmail',
        security: [],
        summary: 'Confirm an address with the link from the email',
        description:
          'Also the last step of changing the address, which needs the session of that account. A link that is too old or was used is 400 LINK_NOT_VALID, and changes nothing.',
        body: EmailVerification,
        response: { 200: EmailVerified },
      },
    },
    async (request) => {
      const email = await confirmEmail(context, request, request.body.token);
      return { email };
    },
  );

  server.post(
    '/api/auth/change-email',
    {
      onRequest: [proof],
      config: { limits },
      schema: {
        tags,
        operationId: 'changeEmail',
        security: [{ session: [] }],
        summary: 'Change the address you sign in with',
        description:
          'Emails a link to the new address; the change happens when you open it, signed in, and the old address is notified then. The answer is the same where the new address has an account already, and nothing is sent then. A wrong password is 400 WRONG_PASSWORD.',
        body: EmailChange,
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      const { user } = await sessionOf(context, request);
      const { email: newEmail, password } = request.body;
      if (newEmail.toLowerCase() === user.email) {
        throw new AppError({
          code: 'SAME_EMAIL',
          status: 409,
          detail: `You already sign in as ${user.email}. Enter the address you want instead.`,
        });
      }
      await requireMail(context, request, newEmail);
      const { api } = await context.issuer();
      const headers = cookieHeaders(request);
      const isRight = await withPassword(
        context,
        request,
        user.email,
        () =>
          api.verifyPassword({ body: { password }, headers }).then(
            () => true,
            (error: unknown) => {
              if (codeOf(error) === 'INVALID_PASSWORD') return false;
              throw error;
            },
          ),
        (result) => !result,
      );
      if (!isRight) {
        throw new AppError({
          code: 'WRONG_PASSWORD',
          status: 400,
          detail: 'That isn’t your current password. Check it, or reset it from the sign-in page.',
          extra: { errors: [{ path: 'password', message: 'is not your current password' }] },
        });
      }
      await api.changeEmail({ body: { newEmail }, headers });
      return reply.code(202).send({ status: true });
    },
  );
};
