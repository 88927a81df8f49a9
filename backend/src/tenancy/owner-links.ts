import { randomToken, sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import {
  lookUpOwnerLink,
  makeOwnerLink as make,
  makeFirstOwnerLink,
  type OwnerLinkFound,
} from './owner-links.queries.ts';
import { done } from './team-refusal.ts';

/** Behind a "#", so that it is in no server's log and in no Referer. */
const urlOf = (publicUrl: string, token: string): string => `${publicUrl}/sign-up#${token}`;

/**
 * The operator's link for an owner, which is kept nowhere. It creates one clinic, once. An earlier one for the same
 * address, or for none, ends.
 */
export async function makeOwnerLink(
  { database, publicUrl }: { database: Database; publicUrl: string },
  email: string | null,
): Promise<{ url: string; email: string | null; expires_at: string }> {
  const token = randomToken();
  const [row] = await database.serviceStatement(make(sha256(token), email));
  if (!row) throw new Error('The link for an owner was not made.');
  return {
    url: urlOf(publicUrl, token),
    email: email?.trim().toLowerCase() ?? null,
    expires_at: row.expires_at.toISOString(),
  };
}

/**
 * For the start of a deployment that only lets in who was invited.
 * @returns what to print; undefined once there is an owner.
 */
export async function firstOwnerWords({
  database,
  publicUrl,
}: {
  database: Database;
  publicUrl: string;
}): Promise<string | undefined> {
  const token = randomToken();
  const [row] = await database.serviceStatement(makeFirstOwnerLink(sha256(token)));
  if (row?.outcome === 'HAS_OWNER') return undefined;
  if (row?.outcome === 'JUST_MADE') {
    return 'There’s no owner yet. Another process has just printed a link for the first one; "npx --no voxanne owner invite" makes a new one.';
  }
  return `There’s no owner yet. Open this link within 24 hours to sign up as the first one; it works once:\n  ${urlOf(publicUrl, token)}\nA new one: npx --no voxanne owner invite`;
}

/**
 * Whom the operator's link is for.
 * @param email - Whom it must be for; null: anyone may look.
 * @throws {AppError} OWNER_LINK_NOT_FOUND (404), OWNER_LINK_EXPIRED, OWNER_LINK_REPLACED (410), OWNER_LINK_USED (409),
 * OWNER_LINK_FOR_ANOTHER (403).
 */
export async function findOwnerLink(
  database: Database,
  token: string,
  email: string | null,
): Promise<OwnerLinkFound> {
  const [row] = await database.serviceStatement(lookUpOwnerLink(sha256(token), email));
  return done(row?.answer);
}
