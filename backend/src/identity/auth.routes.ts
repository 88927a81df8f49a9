import {
  SecondFactorRequired,
  SignedIn,
  SignedOut,
  SignInRequest,
  SigningKeys,
  SignUpRequest,
  TokenResponse,
} from '@voxanne/contract';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { guessCountry, toE164 } from '../platform/phone.ts';
import type { AccountContext } from './account-context.ts';
import { ask, cookieOf, give } from './issuer-bridge.ts';
import { refuseGuessablePassword } from './password-rules.ts';

export interface AuthRouteOptions extends AccountContext {
  /** @throws {AppError} where this deployment doesn't let that person in, or their link is no good for that address. */
  admitSignUp: (token: string | undefined, email: string) => Promise<unknown>;
}

/** Bridges `/api/auth/*` to the built-in issuer, which speaks the web's Request and Response. */
export function registerAuthRoutes(server: HttpServer, options: AuthRouteOptions): void {
  const tags = ['identity'];
  server.post(
    '/api/auth/sign-up/email',
    {
      config: {
        secret: true,
        limits: { bytes: 4_096, fields: 32, depth: 4 },
        described: {
          answers: {
            200: {
              description: 'Signed up and signed in; the cookie holds the session',
              content: { 'application/json': SignedIn },
            },
          },
        },
      },
      schema: {
        tags,
        operationId: 'signUp',
        security: [],
        summary: 'Sign up and create a clinic',
        description:
          'Creates the account, its clinic with two services and one provider, and a session cookie. With an `invitation` the account joins that clinic instead of getting its own. Get a bearer token from GET /api/auth/token.',
        body: SignUpRequest,
      },
    },
    async (request, reply) => {
      const body = signUpBody(request.body);
      const { invitation, email } = request.body;
      await options.admitSignUp(invitation, email);
      // Who asks for many accounts that exist already wants to know which exist.
      const answer = await options.hashing.admit(request.ip, () =>
        options.limits.attempt(
          { account: null, address: request.ip },
          () => ask(options, request, body),
          ({ status }) => (status === 422 ? 'failed' : 'neither'),
        ),
      );
      // Nothing waits for it: an address that isn't verified keeps no one out.
      if (answer.status === 200 && options.mailer.canSend) {
        const headers = new Headers({ cookie: cookieOf(answer) });
        options.mailer.background(async () => {
          const { api } = await options.issuer();
          await api.sendVerificationEmail({ body: { email }, headers });
        });
      }
      return give(request, reply, answer);
    },
  );
  server.post(
    '/api/auth/sign-in/email',
    {
      config: {
        secret: true,
        limits: { bytes: 2_048, fields: 16, depth: 4 },
        described: {
          answers: {
            200: {
              description:
                'Signed in; the cookie holds the session. Or the password was right, and a code is asked for next',
              content: { 'application/json': z.union([SignedIn, SecondFactorRequired]) },
            },
          },
        },
      },
      schema: {
        tags,
        operationId: 'signIn',
        security: [],
        summary: 'Sign in',
        description:
          'Failed attempts are limited for each account, each IP address and both together: 429 TOO_MANY_ATTEMPTS with Retry-After. The session is in the cookie; GET /api/auth/token gives a token for programs. An account with two-step sign-in gets `second_factor_required` and no session: send the code to POST /api/auth/two-factor/verify-totp with the cookie of this answer.',
        body: SignInRequest,
      },
    },
    async (request, reply) => {
      // After the queue: a refusal there costs no query.
      const answer = await options.hashing.admit(request.ip, () =>
        options.limits.attempt(
          { account: request.body.email, address: request.ip },
          () => ask(options, request, request.body),
          ({ status }) => (status === 200 ? 'succeeded' : status === 401 ? 'failed' : 'neither'),
        ),
      );
      return give(request, reply, answer, (said) =>
        'twoFactorRedirect' in said ? { second_factor_required: true } : said,
      );
    },
  );
  server.post(
    '/api/auth/sign-out',
    {
      config: {
        described: {
          answers: { 200: { description: 'Signed out', content: { 'application/json': SignedOut } } },
        },
      },
      schema: {
        tags,
        operationId: 'signOut',
        security: [{ session: [] }],
        summary: 'Sign out',
        description: 'Ends the cookie’s session.',
      },
    },
    async (request, reply) => {
      const answer = await ask(options, request, {});
      options.forgetSessions();
      return give(request, reply, answer);
    },
  );
  server.get(
    '/api/auth/token',
    {
      config: {
        secret: true,
        described: {
          answers: { 200: { description: 'A token', content: { 'application/json': TokenResponse } } },
        },
      },
      schema: {
        tags,
        operationId: 'getToken',
        security: [{ session: [] }],
        summary: 'A bearer token for scripts, valid for 15 minutes or until the session ends',
        description: 'Send it as `Authorization: Bearer`. It’s tied to the cookie’s session.',
      },
    },
    async (request, reply) => {
      const answer = await ask(options, request);
      const { cookie } = request.headers;
      // It says the same of a session that has ended and of one that it could not look up.
      if (answer.status === 401 && cookie !== undefined) await options.lookUpSession(cookie);
      return give(request, reply, answer, (said) => said, { keepToken: true });
    },
  );
  server.get(
    '/api/auth/jwks',
    {
      config: {
        described: {
          answers: { 200: { description: 'The keys', content: { 'application/json': SigningKeys } } },
        },
      },
      schema: {
        tags,
        operationId: 'listSigningKeys',
        security: [],
        summary: 'The keys that sign tokens',
        description: 'A JSON Web Key Set (RFC 7517) that other programs can use to verify our tokens.',
      },
    },
    async (request, reply) => give(request, reply, await ask(options, request)),
  );
  server.get(
    '/api/auth/get-session',
    { config: { secret: true }, schema: { hide: true } },
    async (request, reply) => give(request, reply, await ask(options, request)),
  );
}

const PHONES = ['phone', 'public_phone'] as const;

function signUpBody(body: SignUpRequest): Record<string, unknown> {
  const { time_zone: timeZone, password, email } = body;
  refuseGuessablePassword(password, { email, names: [body.name, body.organization_name] });
  // A number without its country says nothing. The clinic's says more than the owner's, which may be from abroad.
  const phone = [body.public_phone, body.phone].find((typed) => typed?.startsWith('+'));
  const country = guessCountry({ ...(phone ? { phone } : {}), ...(timeZone ? { timeZone } : {}) }) ?? 'US';
  const phones = PHONES.map((name) => [
    name,
    body[name] ? checkedPhone(name, body[name], country) : undefined,
  ]);
  return { ...body, ...Object.fromEntries(phones), country };
}

function checkedPhone(name: (typeof PHONES)[number], typed: string, country: string): string {
  const e164 = toE164(typed, country);
  if (e164 === null) {
    throw new AppError({
      code: 'INVALID_PHONE',
      status: 400,
      detail: `That isn’t a phone number we can ${name === 'phone' ? 'text' : 'show to patients'}. Write it with its country code, such as +1 415 555 0100, or leave it out for now.`,
      extra: { errors: [{ path: name, message: 'is not a phone number' }] },
    });
  }
  return e164;
}
