import type { SafeCallInstance } from '@voxanne/safe-call';
import type { Connections, OAuthStates } from '../connections/index.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { OrgId } from '../platform/tenant.ts';
import { EVENTS_SCOPE, type GoogleClient, type GoogleTokens } from './google.client.ts';
import { sealable } from './tokens.ts';

export interface LinkCalendarOptions {
  connections: Connections;
  oauthStates: OAuthStates;
  google: GoogleClient;
  resilience: SafeCallInstance;
  log: Logger;
}

export interface LinkCalendar {
  begin(person: {
    orgId: OrgId;
    userId: string;
    email: string;
  }): Promise<{ url: string; browserToken: string }>;
  /** @throws {AppError} with a code the page can explain; what was linked before stays linked. */
  finish(back: { state: string; code: string; userId?: string; browserToken?: string }): Promise<void>;
  unlink(orgId: OrgId): Promise<void>;
}

export function createLinkCalendar(options: LinkCalendarOptions): LinkCalendar {
  const { connections, oauthStates, google, resilience, log } = options;

  const lastingToken = async (
    orgId: OrgId,
    tokens: GoogleTokens,
    account: string | null,
  ): Promise<string> => {
    if (tokens.refreshToken) return tokens.refreshToken;
    // Google left it out because it gave one before. If that one is ours and of this account, it is still good.
    const before = await connections.open(orgId, 'google').catch(() => undefined);
    const kept = before && (JSON.parse(before.secret) as { refreshToken?: string }).refreshToken;
    if (kept && account !== null && before.connection.account === account) return kept;
    throw new AppError({
      code: 'NO_LASTING_PERMISSION',
      status: 400,
      detail:
        'Google gave Voxanne permission for only an hour. Remove Voxanne at myaccount.google.com/permissions, then link again.',
    });
  };

  return {
    async begin({ orgId, userId, email }) {
      const { codeVerifier, urlFor } = await google.beginConsent(email);
      const { state, browserToken } = await oauthStates.begin({
        orgId,
        userId,
        provider: 'google',
        codeVerifier,
      });
      return { url: urlFor(state), browserToken };
    },

    async finish({ code, ...back }) {
      const { orgId, codeVerifier } = await oauthStates.finish(back, 'google');
      const exchanged = await resilience.safeCall(
        'google_oauth',
        () => google.exchangeCode(code, codeVerifier),
        {
          key: orgId,
          idempotent: false,
          deadlineMs: 12_000,
        },
      );
      if (!exchanged.success) {
        throw new AppError({
          code: exchanged.error.kind === 'AUTH' ? 'CONSENT_EXPIRED' : 'GOOGLE_UNAVAILABLE',
          status: exchanged.error.kind === 'AUTH' ? 400 : 502,
          detail:
            exchanged.error.kind === 'AUTH'
              ? 'Google no longer accepts this permission. Press "Link" to try again.'
              : 'Google didn’t respond the way it should, so nothing was linked. Try again in a minute.',
          retryable: true,
        });
      }
      const tokens = exchanged.data;
      const mayWrite = tokens.scopes.includes(EVENTS_SCOPE);
      const probe = await resilience.safeCall(
        'google_calendar_events',
        ({ signal }) => google.primaryCalendar(tokens.accessToken, signal),
        { key: orgId, deadlineMs: 6_000, retries: 1 },
      );
      // A probe that fails once doesn't waste the person's consent: the permission is good.
      const account = probe.success ? probe.data.id : null;
      const refreshToken = await lastingToken(orgId, tokens, account);
      await connections.save(orgId, 'google', {
        status: mayWrite ? 'connected' : 'insufficient_scope',
        account,
        scopes: tokens.scopes,
        secret: sealable({ ...tokens, refreshToken }),
        expiresAt: tokens.expiresAt,
      });
      log.info({ org_id: orgId, writable: mayWrite }, '[GoogleCalendar] Linked');
      if (!mayWrite) {
        throw new AppError({
          code: 'INSUFFICIENT_SCOPE',
          status: 400,
          detail:
            'Voxanne doesn’t have permission to add events, so bookings can’t reach the calendar. Link it again and leave every box checked.',
        });
      }
    },

    async unlink(orgId) {
      const opened = await connections.open(orgId, 'google').catch(() => undefined);
      await connections.remove(orgId, 'google');
      if (!opened) return;
      // Google ends the whole permission of an account, and with it the links of every other clinic to that account.
      if (await connections.isAccountShared('google', opened.connection.account)) {
        log.info(
          { org_id: orgId, revoked: false },
          '[GoogleCalendar] Unlinked; another clinic uses the account',
        );
        return;
      }
      const { refreshToken } = JSON.parse(opened.secret) as { refreshToken: string };
      // Our copy is gone either way; revoking the permission is a courtesy that may fail.
      const revoked = await resilience.safeCall('google_oauth', () => google.revoke(refreshToken), {
        key: orgId,
        deadlineMs: 5_000,
      });
      log.info({ org_id: orgId, revoked: revoked.success }, '[GoogleCalendar] Unlinked');
    },
  };
}
