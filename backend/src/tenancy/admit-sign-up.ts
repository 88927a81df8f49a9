import type { SignUpMode } from '@voxanne/contract';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { findInvitation } from './invitations.ts';
import { findOwnerLink } from './owner-links.ts';

const closed = () =>
  new AppError({
    code: 'SIGN_UP_CLOSED',
    status: 403,
    detail:
      'No new accounts can be made here right now. If you have one, sign in; otherwise ask the people who run this service.',
  });

const invitationRequired = () =>
  new AppError({
    code: 'INVITATION_REQUIRED',
    status: 403,
    detail:
      'You need an invitation to sign up here. Ask your clinic to invite you and open the link in the invitation. To start a clinic of your own, ask the people who run this service for a link.',
  });

/**
 * Before an account is made: whether this deployment lets that person in.
 * @param token - The end of an invitation's link, or of the operator's link for an owner.
 * @throws {AppError} SIGN_UP_CLOSED, INVITATION_REQUIRED (403), or why the link is no good for that address.
 */
export async function admitSignUp(
  { database, mode }: { database: Database; mode: SignUpMode },
  token: string | undefined,
  email: string,
): Promise<void> {
  if (mode === 'closed') throw closed();
  if (token === undefined) {
    if (mode === 'invited') throw invitationRequired();
    return;
  }
  try {
    await findOwnerLink(database, token, email);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'OWNER_LINK_NOT_FOUND') throw error;
    // Or the person would get a clinic of their own instead of an answer.
    await findInvitation(database, token, email);
  }
}
