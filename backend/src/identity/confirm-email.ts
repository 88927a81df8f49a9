import type { FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { sqlState } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { type AccountContext, cookieHeaders, sessionOf } from './account-context.ts';
import { codeOf } from './issuer-errors.ts';

const Link = z.object({ email: z.string(), updateTo: z.string().optional() });

/**
 * What a link of an email confirms: the account's address, or another one in its place. A change is made for the person
 * who is signed in, and signs no one in: the link went to an address that was not theirs yet.
 * @returns the address. @throws {AppError} where the link is no good, in words.
 */
export async function confirmEmail(
  context: Pick<AccountContext, 'issuer' | 'mailer' | 'letters' | 'lookUpSession'>,
  request: FastifyRequest,
  token: string,
): Promise<string> {
  const link = readLink(token);
  const before = link.updateTo === undefined ? undefined : await sessionOf(context, request);
  if (before && before.user.email !== link.email) {
    throw new AppError({
      code: 'OTHER_ACCOUNT',
      status: 403,
      detail: `This link changes the address of another account, and you’re signed in as ${before.user.email}. If the change is done already, there’s nothing left to do; else sign in with that account and open the link again.`,
    });
  }
  const { api } = await context.issuer();
  try {
    await api.verifyEmail({ query: { token }, headers: cookieHeaders(request) });
  } catch (error) {
    if (sqlState(error) === '23505') throw emailTaken(link.updateTo ?? link.email);
    if (codeOf(error) !== undefined) throw notValid();
    throw error;
  }
  if (before && link.updateTo !== undefined) {
    context.mailer.send('email changed', context.letters.emailChanged(before.user, link.updateTo));
  }
  return link.updateTo ?? link.email;
}

/** Whether it is ours is asked later: this says only which questions come first. */
function readLink(token: string): z.infer<typeof Link> {
  try {
    return Link.parse(decodeJwt(token));
  } catch {
    throw notValid();
  }
}

const notValid = () =>
  new AppError({
    code: 'LINK_NOT_VALID',
    status: 400,
    detail:
      'This link doesn’t work anymore: it was used, or it’s older than an hour. Nothing was changed. Sign in and ask for a new one under Settings > Security.',
  });

const emailTaken = (email: string) =>
  new AppError({
    code: 'EMAIL_TAKEN',
    status: 409,
    detail: `There’s an account with ${email} by now, so yours keeps its address. Use another one.`,
  });
