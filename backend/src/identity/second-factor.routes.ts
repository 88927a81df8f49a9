import {
  Accepted,
  PasswordConfirmation,
  RecoveryCode,
  RecoveryCodes,
  SecondFactorSetup,
  SignedIn,
  TotpCode,
} from '@voxanne/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  type AccountContext,
  type AccountRoutes,
  countRecoveryCodes,
  findSession,
  requireSession,
  type Session,
  sessionOf,
  tags,
  withPassword,
} from './account-context.ts';
import { type Answer, ask, cookieOf, give } from './issuer-bridge.ts';

const limits = { bytes: 1_024, fields: 4, depth: 2 };
const answering = (description: string, schema: z.ZodType) => ({
  answers: { 200: { description, content: { 'application/json': schema } } },
});

interface Setup {
  totpURI: string;
  backupCodes: string[];
}

/** Signing in with a password and a code: setting it up, passing it, and codes for a lost phone. */
export const registerSecondFactorRoutes: AccountRoutes = (server, context) => {
  const proof = requireSession(context);
  const byPassword = (request: FastifyRequest<{ Body: PasswordConfirmation }>, { user }: Session) =>
    withPassword(
      context,
      request,
      user.email,
      () => ask(context, request, { password: request.body.password }),
      ({ status, text }) => status === 400 && text.includes('INVALID_PASSWORD'),
    );

  server.post(
    '/api/auth/two-factor/enable',
    {
      onRequest: [proof],
      config: { secret: true, limits, described: answering('The key and the codes', SecondFactorSetup) },
      schema: {
        tags,
        operationId: 'setUpSecondFactor',
        security: [{ session: [] }],
        summary: 'Begin to set up two-step sign-in',
        description:
          'Gives the key for an authenticator app and ten recovery codes, once. Nothing changes until a code of the app arrives at POST /api/auth/two-factor/verify-totp.',
        body: PasswordConfirmation,
      },
    },
    async (request, reply) => {
      const answer = await byPassword(request, await sessionOf(context, request));
      return give(request, reply, answer, (said) => {
        const { totpURI, backupCodes } = said as unknown as Setup;
        return {
          totp_uri: totpURI,
          secret: new URL(totpURI).searchParams.get('secret') ?? '',
          recovery_codes: backupCodes,
        };
      });
    },
  );

  server.post(
    '/api/auth/two-factor/verify-totp',
    {
      config: {
        limits,
        described: answering('Signed in, or set up; the cookie holds the session', SignedIn),
      },
      schema: {
        tags,
        operationId: 'verifyCode',
        security: [],
        summary: 'Enter the code of the authenticator app',
        description:
          'After a sign-in that asked for it, or to finish setting it up. Five wrong codes end the sign-in (401 SIGN_IN_AGAIN), ten in a row lock codes for 15 minutes (429). Setting it up ends your other sessions, which never took the second step.',
        body: TotpCode,
      },
    },
    async (request, reply) => {
      const session = await findSession(context, request);
      const answer = await counted(context, request, session);
      if (answer.status === 200 && session) await isOn(context, session, answer);
      return give(request, reply, answer);
    },
  );

  server.post(
    '/api/auth/two-factor/verify-backup-code',
    {
      config: {
        limits,
        described: answering('Signed in; the cookie holds the session', SignedIn),
      },
      schema: {
        tags,
        operationId: 'verifyRecoveryCode',
        security: [],
        summary: 'Sign in with a recovery code instead',
        description:
          'Each code works once. Counted together with wrong codes of the app. The account’s address is notified.',
        body: RecoveryCode,
      },
    },
    async (request, reply) => {
      const answer = await counted(context, request, null);
      if (answer.status === 200) await codeUsed(context, answer);
      return give(request, reply, answer);
    },
  );

  server.post(
    '/api/auth/two-factor/generate-backup-codes',
    {
      onRequest: [proof],
      config: { secret: true, limits, described: answering('The new codes', RecoveryCodes) },
      schema: {
        tags,
        operationId: 'makeRecoveryCodes',
        security: [{ session: [] }],
        summary: 'Make new recovery codes',
        description: 'The codes from before stop working. They’re shown only here.',
        body: PasswordConfirmation,
      },
    },
    async (request, reply) => {
      const answer = await byPassword(request, await sessionOf(context, request));
      return give(request, reply, answer, ({ backupCodes }) => ({ recovery_codes: backupCodes }));
    },
  );

  server.post(
    '/api/auth/two-factor/disable',
    {
      onRequest: [proof],
      config: {
        limits,
        described: answering('It’s off; the cookie holds a new session', Accepted),
      },
      schema: {
        tags,
        operationId: 'turnOffSecondFactor',
        security: [{ session: [] }],
        summary: 'Turn two-step sign-in off',
        description:
          'The key and the recovery codes are deleted. In a clinic that requires it you then only get the way to set it up again.',
        body: PasswordConfirmation,
      },
    },
    async (request, reply) => {
      const session = await sessionOf(context, request);
      const answer = await byPassword(request, session);
      if (answer.status === 200) {
        context.forgetSessions();
        context.mailer.send('second factor off', context.letters.secondFactorOff(session.user));
      }
      return give(request, reply, answer, () => ({ status: true }));
    },
  );
};

/** The issuer counts wrong codes for the account and the sign-in; here they count for the network, too. */
const counted = (
  context: AccountContext,
  request: FastifyRequest<{ Body: { code: string } }>,
  session: Session | null,
): Promise<Answer> =>
  context.limits.attempt(
    { account: session && `codes of ${session.user.id}`, address: request.ip },
    () => ask(context, request, { code: request.body.code }),
    ({ status }) => (status === 401 ? 'failed' : 'neither'),
  );

/** Sessions from before took one step only. */
async function isOn(context: AccountContext, { user }: Session, answer: Answer): Promise<void> {
  if (user.twoFactorEnabled) return;
  const { api } = await context.issuer();
  await api.revokeOtherSessions({ headers: new Headers({ cookie: cookieOf(answer) }) });
  context.forgetSessions();
  context.mailer.send('second factor on', context.letters.secondFactorOn(user));
}

async function codeUsed(context: AccountContext, answer: Answer): Promise<void> {
  const { user } = JSON.parse(answer.text) as { user: { id: string; email: string; name: string } };
  const left = await countRecoveryCodes(context, user.id);
  context.mailer.send('recovery code used', context.letters.recoveryCodeUsed(user, left));
}
