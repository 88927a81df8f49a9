import { SignInRequest, SignUpRequest } from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../platform/errors.ts';
import { type HttpServer, sendProblem } from '../platform/http.ts';
import { guessCountry, toE164 } from '../platform/phone.ts';
import { identityUnavailable, type LocalIssuer } from './local-issuer.ts';
import type { PasswordHashing } from './password-hashing.ts';

export interface AuthRouteOptions {
  issuer: () => Promise<LocalIssuer>;
  hashing: Pick<PasswordHashing, 'admit'>;
  publicUrl: string;
  onSignOut: () => void;
}

/** Bridges `/api/auth/*` to the built-in issuer, which speaks the web's Request and Response. */
export function registerAuthRoutes(server: HttpServer, options: AuthRouteOptions): void {
  const tags = ['identity'];
  server.post(
    '/api/auth/sign-up/email',
    { schema: { tags, summary: 'Sign up; the clinic is made with the account', body: SignUpRequest } },
    async (request, reply) => {
      const body = signUpBody(request.body);
      return options.hashing.admit(request.ip, () => forward(options, request, reply, body));
    },
  );
  server.post(
    '/api/auth/sign-in/email',
    { schema: { tags, summary: 'Sign in', body: SignInRequest } },
    async (request, reply) =>
      options.hashing.admit(request.ip, () => forward(options, request, reply, request.body)),
  );
  server.post('/api/auth/sign-out', { schema: { tags, summary: 'Sign out' } }, async (request, reply) => {
    const answer = await forward(options, request, reply, {});
    options.onSignOut();
    return answer;
  });
  server.get(
    '/api/auth/token',
    { schema: { tags, summary: 'A bearer token for scripts, good for 15 minutes' } },
    async (request, reply) => forward(options, request, reply),
  );
  server.get(
    '/api/auth/jwks',
    { schema: { tags, summary: 'The keys that sign tokens' } },
    async (request, reply) => forward(options, request, reply),
  );
  server.get('/api/auth/get-session', { schema: { hide: true } }, async (request, reply) =>
    forward(options, request, reply),
  );
}

function signUpBody(body: SignUpRequest): Record<string, unknown> {
  const { phone, time_zone: timeZone } = body;
  const country = guessCountry({ ...(phone ? { phone } : {}), ...(timeZone ? { timeZone } : {}) }) ?? 'US';
  if (!phone) return { ...body, phone: undefined, country };
  const e164 = toE164(phone, country);
  if (e164 === null) {
    throw new AppError({
      code: 'INVALID_PHONE',
      status: 400,
      detail:
        'That is not a phone number we can text. Write it with its country code, such as +1 415 555 0100, or leave it out for now.',
      extra: { errors: [{ path: 'phone', message: 'is not a phone number' }] },
    });
  }
  return { ...body, phone: e164, country };
}

async function forward(
  options: AuthRouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  body?: Record<string, unknown>,
): Promise<FastifyReply> {
  const issuer = await options.issuer();
  const headers = new Headers();
  for (const name of [
    'cookie',
    'origin',
    'referer',
    'user-agent',
    'authorization',
    'sec-fetch-site',
    'sec-fetch-mode',
  ]) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // A program that is no browser sends none of the three, carries no ambient cookies, and cannot be tricked.
  // Node's own fetch sends sec-fetch-mode without an Origin, which the issuer would take for a strange browser.
  if (!headers.has('origin') && !headers.has('referer') && !headers.has('sec-fetch-site')) {
    headers.set('origin', options.publicUrl);
  }
  // Its rate limiter believes this header, so it must be ours.
  headers.set('x-forwarded-for', request.ip);
  if (body) headers.set('content-type', 'application/json');
  const ask = () =>
    issuer.handler(
      // The route's own address: every other spelling of it that the router takes (%61, a slash at the end, a host
      // in front) would pass the issuer's limits under another name.
      new Request(new URL(request.routeOptions.url ?? '/', options.publicUrl), {
        method: request.method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    );
  let response = await ask();
  // Who loses a race for an address is told only that it failed; the second look finds the account of the winner.
  if (response.status === 422 && (await response.clone().text()).includes('FAILED_TO_CREATE_USER')) {
    response = await ask();
  }
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  const text = await response.text();
  if (response.status >= 400) return sendProblem(reply, request, toFailure(response, text));
  return reply
    .code(response.status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((payload: unknown) => String(payload))
    .send(text === '' ? '{}' : text);
}

const ADVICE: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD:
    'The e-mail address and password do not match an account. Check both, or sign up.',
  USER_ALREADY_EXISTS: 'There is already an account with this e-mail address. Sign in instead.',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL:
    'There is already an account with this e-mail address. Sign in instead.',
  PASSWORD_TOO_SHORT: 'The password is too short: use at least 8 characters.',
  PASSWORD_TOO_LONG: 'The password is too long: use at most 128 characters.',
  MISSING_OR_NULL_ORIGIN:
    'This request came from a page we do not know. Open Voxanne at its own address and try again.',
  INVALID_ORIGIN:
    'This request came from a page we do not know. Open Voxanne at its own address and try again.',
};

function toFailure(response: Response, text: string): AppError {
  let said: { code?: string; message?: string } = {};
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    // An empty body, as for "not signed in".
  }
  const code =
    said.code ??
    (response.status === 401
      ? 'NOT_SIGNED_IN'
      : response.status === 429
        ? 'TOO_MANY_REQUESTS'
        : 'AUTH_FAILED');
  // What it says when a database error stopped it; the sign-in is not at fault, and the same again may work.
  if (code.startsWith('FAILED_TO_CREATE_')) return identityUnavailable();
  const wait = response.headers.get('x-retry-after');
  const fallback =
    response.status === 401
      ? 'You are not signed in. Sign in and try again.'
      : (said.message ?? `The request could not be carried out${wait ? `; try again in ${wait} s` : ''}.`);
  return new AppError({
    code,
    status: response.status,
    detail: ADVICE[code] ?? fallback,
    retryable: response.status === 429,
  });
}
