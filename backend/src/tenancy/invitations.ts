import type { Role } from '@voxanne/contract';
import { randomToken, sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import {
  acceptInvitation as accept,
  findInvitationById,
  type InvitationFound,
  type InvitationRow,
  invite,
  lookUpInvitation,
} from './team.queries.ts';
import { done } from './team-refusal.ts';
import type { Tenant } from './tenant-resolver.ts';

/**
 * Invites an email address to the clinic, and ends what was open for it.
 * @returns the invitation with its link, which is kept nowhere.
 * @throws {AppError} OWNER_REQUIRED (403), ALREADY_A_MEMBER, TOO_MANY_INVITATIONS (409).
 */
export async function createInvitation(
  { database, publicUrl }: { database: Database; publicUrl: string },
  tenant: Tenant,
  asked: { email: string; role: Role },
  requestId: string,
): Promise<InvitationRow & { url: string }> {
  const token = randomToken();
  const row = await database.withTenant(tenant, async (db) => {
    const made = { ...asked, tokenHash: sha256(token), requestId };
    const { invitation_id: id } = done(await invite(db, tenant.orgId, made));
    return findInvitationById(db, tenant.orgId, id);
  });
  // Behind a "#", so that it is in no server's log and in no Referer.
  return { ...row, url: `${publicUrl}/join#${token}` };
}

/**
 * What the person with that link is invited to.
 * @param email - Whom it must be for; null: anyone may look.
 * @throws {AppError} INVITATION_NOT_FOUND (404), INVITATION_EXPIRED, INVITATION_WITHDRAWN (410), INVITATION_USED (409),
 * INVITATION_FOR_ANOTHER (403).
 */
export async function findInvitation(
  database: Database,
  token: string,
  email: string | null,
): Promise<InvitationFound> {
  const [row] = await database.serviceStatement(lookUpInvitation(sha256(token), email));
  return done(row?.answer);
}

/**
 * A signed-in person joins the clinic, which their next token is for. Accepting again changes nothing.
 * @throws {AppError} as `findInvitation`, and ALREADY_A_MEMBER (409).
 */
export async function acceptInvitation(
  database: Database,
  token: string,
  userId: string,
  requestId: string,
): Promise<{ org_id: string }> {
  const [row] = await database.serviceStatement(accept(sha256(token), userId, requestId));
  return done(row?.answer);
}
