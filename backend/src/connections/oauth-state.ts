import type { Clock } from '../platform/clock.ts';
import { type Keyring, randomToken, sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { mintOrgId, type OrgId } from '../platform/tenant.ts';
import { findOAuthState, insertOAuthState, type Provider, takeOAuthState } from './connections.queries.ts';

const LIFETIME_MS = 10 * 60_000;

export interface OAuthStart {
  state: string;
  /** Goes into a cookie of the browser that asked; the same browser must come back. */
  browserToken: string;
}

export interface OAuthReturn {
  state: string;
  /** The user of the session that came back, if it has one. */
  userId?: string;
  browserToken?: string;
}

export interface OAuthStates {
  begin(start: {
    orgId: OrgId;
    userId: string;
    provider: Provider;
    codeVerifier: string;
  }): Promise<OAuthStart>;
  /**
   * Single use, 10 minutes, only while the person who began it may link a calendar to the clinic, and only for that person or
   * browser: otherwise a link sent to someone else would put their calendar into a stranger's clinic.
   * @throws {AppError} OAUTH_STATE_INVALID (400); nothing is written then.
   */
  finish(
    back: OAuthReturn,
    provider: Provider,
  ): Promise<{ orgId: OrgId; userId: string; codeVerifier: string }>;
}

const refused = () =>
  new AppError({
    code: 'OAUTH_STATE_INVALID',
    status: 400,
    detail:
      'This link wasn’t started here, was already used, or is more than ten minutes old. Press "Link" to try again.',
  });

export function createOAuthStates(options: {
  database: Database;
  keyring: Keyring;
  clock: Clock;
}): OAuthStates {
  const { database, keyring, clock } = options;
  const context = (stateHash: Buffer) => `oauth-state|${stateHash.toString('hex')}|verifier`;
  return {
    async begin({ orgId, userId, provider, codeVerifier }) {
      const [state, browserToken] = [randomToken(), randomToken()];
      const stateHash = sha256(state);
      await database.withService((db) =>
        insertOAuthState(db, {
          stateHash,
          orgId,
          userId,
          provider,
          browserHash: sha256(browserToken),
          sealedVerifier: keyring.seal(codeVerifier, context(stateHash)),
          expiresAt: new Date(clock.now().getTime() + LIFETIME_MS),
        }),
      );
      return { state, browserToken };
    },
    async finish({ state, userId, browserToken }, provider) {
      const stateHash = sha256(state);
      return database.withService(async (db) => {
        const row = await findOAuthState(db, stateHash);
        if (!row || row.provider !== provider || row.expires_at <= clock.now()) throw refused();
        const samePerson = userId !== undefined && userId === row.user_id;
        const sameBrowser = browserToken !== undefined && sha256(browserToken).equals(row.browser_hash);
        const otherPerson = userId !== undefined && !samePerson;
        if (otherPerson || !(samePerson || sameBrowser)) throw refused();
        if (!(await takeOAuthState(db, stateHash))) throw refused();
        return {
          orgId: mintOrgId(row.org_id),
          userId: row.user_id,
          codeVerifier: keyring.open(row.sealed_verifier, context(stateHash)),
        };
      });
    },
  };
}
