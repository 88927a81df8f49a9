import type { FastifyRequest } from 'fastify';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import type { Mailer } from '../platform/mailer/mailer.ts';
import { networkOf } from '../platform/network-of.ts';
import type { RateLimits } from '../platform/rate-limits/rate-limits.ts';
import { tooManyRequests } from '../platform/rate-limits/too-many.ts';
import { refusesStrangers } from '../platform/request-limits.ts';
import type { Letters } from './letters.ts';
import type { LocalIssuer } from './local-issuer.ts';
import { notSignedIn } from './not-signed-in.ts';
import type { PasswordHashing } from './password-hashing.ts';
import type { SignInLimits } from './sign-in-limits.ts';

export type Session = NonNullable<Awaited<ReturnType<LocalIssuer['api']['getSession']>>>;

/** What the routes of accounts share. */
export interface AccountContext {
  issuer: () => Promise<LocalIssuer>;
  hashing: Pick<PasswordHashing, 'admit'>;
  publicUrl: string;
  limits: SignInLimits;
  rateLimits: Pick<RateLimits, 'use'>;
  mailer: Mailer;
  letters: Letters;
  /** What this process believes of sessions; the others trust their last answer for a moment. */
  forgetSessions: () => void;
  /** @throws {AppError} 503 when no one can say whether there is such a session. */
  lookUpSession: (cookie: string) => Promise<Session | null>;
}

export type AccountRoutes = (server: HttpServer, context: AccountContext) => void;

export const tags = ['identity'];

/** @throws {AppError} NOT_SIGNED_IN (401). */
export async function sessionOf(
  context: Pick<AccountContext, 'lookUpSession'>,
  request: FastifyRequest,
): Promise<Session> {
  const earlier = known.get(request);
  if (earlier) return earlier;
  const session = await findSession(context, request);
  if (session) return session;
  throw notSignedIn();
}

/** For what also answers without a session. */
export async function findSession(
  { lookUpSession }: Pick<AccountContext, 'lookUpSession'>,
  request: FastifyRequest,
): Promise<Session | null> {
  const { cookie } = request.headers;
  return cookie?.includes('voxanne') ? lookUpSession(cookie) : null;
}

/**
 * An onRequest hook for what needs a session: a stranger is asked who they are before anyone reads what they sent.
 * `sessionOf` then answers without asking again.
 */
export const requireSession = (context: Pick<AccountContext, 'lookUpSession' | 'rateLimits'>) =>
  refusesStrangers(async (request: FastifyRequest) => {
    const session = await sessionOf(context, request);
    request.standing = await context.rateLimits.use(ACCOUNT, session.user.id);
    if (request.standing.isOver) throw tooManyRequests(request.standing, 'About your account you sent');
    known.set(request, session);
  });
const ACCOUNT = { name: 'account', quota: 600, windowSeconds: 3_600 };
const known = new WeakMap<FastifyRequest, Session>();

export const cookieHeaders = (request: FastifyRequest): Headers =>
  new Headers({ cookie: request.headers.cookie ?? '' });

/**
 * Runs what looks at a password or hashes one: in the queue for hashing, and counted as a sign-in of that account when it
 * was wrong.
 */
export function withPassword<T>(
  { hashing, limits }: Pick<AccountContext, 'hashing' | 'limits'>,
  request: FastifyRequest,
  account: string | null,
  work: () => Promise<T>,
  isWrong: (result: T) => boolean,
): Promise<T> {
  return hashing.admit(request.ip, () =>
    limits.attempt({ account, address: request.ip }, work, (result) =>
      isWrong(result) ? 'failed' : 'neither',
    ),
  );
}

/** Recovery codes that were not used yet. */
export async function countRecoveryCodes(
  { issuer }: Pick<AccountContext, 'issuer'>,
  userId: string,
): Promise<number> {
  const { api } = await issuer();
  const { backupCodes } = await api.viewBackupCodes({ body: { userId } });
  return (backupCodes as string[]).length;
}

const MAILS_TO_ONE = { name: 'mails-to-one', quota: 5, windowSeconds: 3_600 };
const MAILS_FROM_ONE = { name: 'mails-from-one', quota: 50, windowSeconds: 3_600 };

/**
 * Before a mail goes out that someone asked for: no mailbox is flooded, whether it has an account or not.
 * @throws {AppError} NO_MAILER (409) or TOO_MANY_REQUESTS (429).
 */
export async function requireMail(
  { mailer, rateLimits }: Pick<AccountContext, 'mailer' | 'rateLimits'>,
  request: FastifyRequest,
  email: string,
): Promise<void> {
  if (!mailer.canSend) throw noMailer();
  const asked = await rateLimits.use(MAILS_FROM_ONE, networkOf(request.ip));
  if (asked.isOver) throw tooManyRequests(asked, 'Your network asked for', '');
  const sent = await rateLimits.use(MAILS_TO_ONE, email.trim().toLowerCase());
  if (sent.isOver) throw tooManyRequests(sent, 'For this address there were', '');
}

const noMailer = () =>
  new AppError({
    code: 'NO_MAILER',
    status: 409,
    detail:
      'This Voxanne can’t send email yet, so this needs the person who runs it: they set SMTP_URL and MAIL_FROM and start it again. If you can’t sign in until then, an owner of your clinic can invite you with another email address.',
  });
