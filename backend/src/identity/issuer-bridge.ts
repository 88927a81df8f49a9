import { visibleLine } from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../platform/errors.ts';
import { sendProblem } from '../platform/http.ts';
import type { AccountContext } from './account-context.ts';
import { identityUnavailable } from './local-issuer.ts';

const MAX_USER_AGENT = 500;

export interface Answer {
  status: number;
  text: string;
  headers: Headers;
}

/** Hands a request to the issuer, under the route's own address or the one that is named. */
export async function ask(
  options: Pick<AccountContext, 'issuer' | 'publicUrl'>,
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

type Said = Record<string, unknown>;

/** Passes the issuer's answer on, with its cookies, as our API says it. */
export function give(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, text, headers }: Answer,
  show: (said: Said) => unknown = (said) => said,
  options: { keepToken?: boolean } = {},
): FastifyReply {
  for (const cookie of headers.getSetCookie()) reply.header('set-cookie', cookie);
  if (status >= 400) return sendProblem(reply, request, toFailure(status, headers, text));
  const said: unknown = text === '' ? {} : JSON.parse(text);
  const isObject = typeof said === 'object' && said !== null;
  const shown = isObject ? show(options.keepToken ? (said as Said) : withoutSessionToken(said)) : said;
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((payload: unknown) => String(payload))
    .send(JSON.stringify(shown));
}

/** The cookie carries it, out of the reach of scripts; the issuer repeats it in its answers, where no one needs it. */
function withoutSessionToken(answer: object): Said {
  const { token: _told, ...kept } = answer as { token?: unknown; session?: { token?: unknown } };
  if (kept.session) delete kept.session.token;
  return kept;
}

/** What a browser would send back after that answer. */
export const cookieOf = ({ headers }: Pick<Answer, 'headers'>): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');

const ADVICE: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: 'That email address and password don’t match. Check both, or sign up.',
  USER_ALREADY_EXISTS: 'There is already an account with this email address. Sign in instead.',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL:
    'There is already an account with this email address. Sign in instead.',
  PASSWORD_TOO_SHORT: 'The password is too short: use at least 8 characters.',
  PASSWORD_TOO_LONG: 'The password is too long: use at most 128 characters.',
  MISSING_OR_NULL_ORIGIN:
    'This request came from a page we don’t recognize. Open Voxanne at its own address and try again.',
  INVALID_PASSWORD: 'That isn’t your current password. Check it, or reset it from the sign-in page.',
  INVALID_CODE: 'That code isn’t right. Codes change every 30 seconds: enter the one your app shows now.',
  INVALID_BACKUP_CODE:
    'That recovery code isn’t right, or it was used before. Each one works once; try another.',
  INVALID_TWO_FACTOR_COOKIE: 'This sign-in took too long or was tried too often. Enter your password again.',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'Too many wrong codes. Enter your password again.',
  ACCOUNT_TEMPORARILY_LOCKED:
    'Too many wrong codes. Wait 15 minutes, then sign in again. If you’ve lost your phone, use a recovery code then.',
  TOTP_NOT_ENABLED: 'Two-step sign-in isn’t set up for this account. Start again under Settings > Security.',
  TWO_FACTOR_NOT_ENABLED:
    'Two-step sign-in isn’t on for this account. Turn it on under Settings > Security first.',
  BACKUP_CODES_NOT_ENABLED: 'This account has no recovery codes. Enter the code from your app.',
  TOTP_ALREADY_ENABLED:
    'Two-step sign-in is on already. To use another phone, turn it off first, then on again.',
  UNAUTHORIZED: 'You’re not signed in. Sign in and try again.',
  INVALID_ORIGIN:
    'This request came from a page we don’t recognize. Open Voxanne at its own address and try again.',
};

/** Ours for what the issuer calls otherwise; one code for one thing. */
const RENAMED: Record<string, string> = {
  INVALID_PASSWORD: 'WRONG_PASSWORD',
  INVALID_BACKUP_CODE: 'INVALID_RECOVERY_CODE',
  INVALID_TWO_FACTOR_COOKIE: 'SIGN_IN_AGAIN',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'SIGN_IN_AGAIN',
  ACCOUNT_TEMPORARILY_LOCKED: 'TOO_MANY_ATTEMPTS',
  TOTP_NOT_ENABLED: 'SECOND_FACTOR_OFF',
  TWO_FACTOR_NOT_ENABLED: 'SECOND_FACTOR_OFF',
  BACKUP_CODES_NOT_ENABLED: 'SECOND_FACTOR_OFF',
  TOTP_ALREADY_ENABLED: 'SECOND_FACTOR_ON',
  UNAUTHORIZED: 'NOT_SIGNED_IN',
};

/** A 401 would say that the session is over. */
const WRONG_CODES = new Set(['INVALID_CODE', 'INVALID_BACKUP_CODE']);

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
  const wait = headers.get('x-retry-after') ?? (code === 'ACCOUNT_TEMPORARILY_LOCKED' ? '900' : null);
  const fallback =
    status === 401
      ? 'You’re not signed in. Sign in and try again.'
      : (said.message ?? `The request couldn’t be completed${wait ? `; try again in ${wait} s` : ''}.`);
  return new AppError({
    code: RENAMED[code] ?? code,
    status: WRONG_CODES.has(code) ? 400 : status,
    detail: ADVICE[code] ?? fallback,
    retryable: status === 429,
    ...(wait ? { retryAfterSeconds: Number(wait) } : {}),
  });
}
