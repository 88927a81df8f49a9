import {
  SignedIn,
  SignedOut,
  SignInRequest,
  SigningKeys,
  SignUpRequest,
  TokenResponse,
  visibleLine,
} from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../platform/errors.ts';
import { type HttpServer, sendProblem } from '../platform/http.ts';
import { guessCountry, toE164 } from '../platform/phone.ts';
import { identityUnavailable, type LocalIssuer } from './local-issuer.ts';
import type { PasswordHashing } from './password-hashing.ts';
import { refuseGuessablePassword } from './password-rules.ts';
import type { SignInLimits } from './sign-in-limits.ts';

const MAX_USER_AGENT = 500;

export interface AuthRouteOptions {
  issuer: () => Promise<LocalIssuer>;
  hashing: Pick<PasswordHashing, 'admit'>;
  publicUrl: string;
  onSignOut: () => void;
  limits: SignInLimits;
  /** @throws {AppError} 503 when no one can say whether there is such a session. */
  lookUpSession: (cookie: string) => Promise<unknown>;
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
              description: 'Signed in; the cookie holds the session',
              content: { 'application/json': SignedIn },
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
          'Failed attempts are limited for each account, each IP address and both together: 429 TOO_MANY_ATTEMPTS with Retry-After. The session is in the cookie; GET /api/auth/token gives a token for programs.',
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
      return give(request, reply, answer);
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
      options.onSignOut();
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
      return give(request, reply, answer, (text) => text);
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

interface Answer {
  status: number;
  text: string;
  headers: Headers;
}

async function ask(
  options: AuthRouteOptions,
  request: FastifyRequest,
  body?: Record<string, unknown>,
): Promise<Answer> {
  const issuer = await options.issuer();
  const headers = new Headers();
  for (const name of ['cookie', 'origin', 'referer', 'authorization', 'sec-fetch-site', 'sec-fetch-mode']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // Kept with the session.
  const userAgent = visibleLine(request.headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT);
  if (userAgent !== '') headers.set('user-agent', userAgent);
  // A program that isn't a browser sends none of the three, has no cookies of its own, and can't be tricked.
  // Node's own fetch sends sec-fetch-mode without an Origin, which the issuer would take for a strange browser.
  if (!headers.has('origin') && !headers.has('referer') && !headers.has('sec-fetch-site')) {
    headers.set('origin', options.publicUrl);
  }
  // Its rate limiter believes this header, so it must be ours.
  headers.set('x-forwarded-for', request.ip);
  if (body) headers.set('content-type', 'application/json');
  const send = () =>
    issuer.handler(
      // The route's own address: every other spelling of it that the router takes (%61, a slash at the end, a host
      // in front) would pass the issuer's limits under another name.
      new Request(new URL(request.routeOptions.url ?? '/', options.publicUrl), {
        method: request.method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    );
  let response = await send();
  // The loser of a race for an address only hears that it failed; the second look finds the winner's account.
  if (response.status === 422 && (await response.clone().text()).includes('FAILED_TO_CREATE_USER')) {
    response = await send();
  }
  return { status: response.status, text: await response.text(), headers: response.headers };
}

function give(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, text, headers }: Answer,
  show = withoutSessionToken,
): FastifyReply {
  for (const cookie of headers.getSetCookie()) reply.header('set-cookie', cookie);
  if (status >= 400) return sendProblem(reply, request, toFailure(status, headers, text));
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((payload: unknown) => String(payload))
    .send(text === '' ? '{}' : show(text));
}

/** The cookie carries it, out of the reach of scripts; the issuer repeats it in its answers, where no one needs it. */
function withoutSessionToken(text: string): string {
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== 'object' || answer === null) return text;
  const { token: _told, ...kept } = answer as { token?: unknown; session?: { token?: unknown } };
  if (kept.session) delete kept.session.token;
  return JSON.stringify(kept);
}

const ADVICE: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: 'That email address and password don’t match. Check both, or sign up.',
  USER_ALREADY_EXISTS: 'There is already an account with this email address. Sign in instead.',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL:
    'There is already an account with this email address. Sign in instead.',
  PASSWORD_TOO_SHORT: 'The password is too short: use at least 8 characters.',
  PASSWORD_TOO_LONG: 'The password is too long: use at most 128 characters.',
  MISSING_OR_NULL_ORIGIN:
    'This request came from a page we don’t recognize. Open Voxanne at its own address and try again.',
  INVALID_ORIGIN:
    'This request came from a page we don’t recognize. Open Voxanne at its own address and try again.',
};

function toFailure(status: number, headers: Headers, text: string): AppError {
  let said: { code?: string; message?: string } = {};
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    // An empty body, as for "not signed in".
  }
  const code =
    said.code ?? (status === 401 ? 'NOT_SIGNED_IN' : status === 429 ? 'TOO_MANY_REQUESTS' : 'AUTH_FAILED');
  // What it says when a database error stopped it; the sign-in is not at fault, and the same again may work.
  if (status >= 500 || code.startsWith('FAILED_TO_CREATE_')) return identityUnavailable();
  const wait = headers.get('x-retry-after');
  const fallback =
    status === 401
      ? 'You’re not signed in. Sign in and try again.'
      : (said.message ?? `The request couldn’t be completed${wait ? `; try again in ${wait} s` : ''}.`);
  return new AppError({
    code,
    status: status,
    detail: ADVICE[code] ?? fallback,
    retryable: status === 429,
    ...(wait ? { retryAfterSeconds: Number(wait) } : {}),
  });
}
