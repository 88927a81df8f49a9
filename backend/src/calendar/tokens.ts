import type { ErrorKind, SafeCallInstance } from '@voxanne/safe-call';
import { z } from 'zod';
import type { Connection, Connections } from '../connections/index.ts';
import type { Clock } from '../platform/clock.ts';
import { SealError } from '../platform/crypto.ts';
import type { Logger } from '../platform/logger.ts';
import type { OrgId } from '../platform/tenant.ts';
import type { GoogleClient, GoogleTokens } from './google.client.ts';

/** What is sealed in the connection row. */
const StoredTokens = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.number() });
export type StoredTokens = z.infer<typeof StoredTokens>;

interface CurrentToken {
  accessToken: string;
  refreshToken: string;
  expiresAt: number;
  /** Which link it is, and which of its tokens. */
  id: string;
  version: number;
}

/** The calendar cannot be used until a person links it again; nothing is lost in the meantime. */
export class CalendarNotUsable extends Error {
  override readonly name = 'CalendarNotUsable';
  readonly reason: 'not_linked' | Exclude<Connection['status'], 'connected' | 'degraded'>;
  /** Read by safe-call's classification: no retry, and no mark against Google. */
  readonly kind = 'PERMANENT';
  constructor(reason: CalendarNotUsable['reason']) {
    super(`The calendar is ${reason.replaceAll('_', ' ')}.`);
    this.reason = reason;
  }
}

export interface CalendarTokens {
  /** Runs `work` with a token that is good, renewing it before it expires and once when Google refuses it. */
  use<T>(orgId: OrgId, work: (accessToken: string) => Promise<T>): Promise<T>;
  /** Renews every token that runs out within ten minutes. */
  refreshExpiring(): Promise<void>;
}

export interface CalendarTokenOptions {
  connections: Connections;
  google: GoogleClient;
  resilience: SafeCallInstance;
  clock: Clock;
  log: Logger;
}

// A token must outlive the call it is used for.
const USE_MARGIN_MS = 60_000;
const REFRESH_AHEAD_MS = 10 * 60_000;
const USABLE = new Set<Connection['status']>(['connected', 'degraded']);

export const sealable = (tokens: GoogleTokens & { refreshToken: string }): string =>
  JSON.stringify({
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    expiresAt: tokens.expiresAt.getTime(),
  } satisfies StoredTokens);

const notRenewed = (kind: ErrorKind) =>
  Object.assign(new Error(`Google didn’t renew the token: ${kind}`), { kind });

export function createCalendarTokens(options: CalendarTokenOptions): CalendarTokens {
  const { connections, google, resilience, clock, log } = options;

  const current = async (orgId: OrgId): Promise<CurrentToken> => {
    const opened = await openOrReconnect(orgId);
    if (!opened) throw new CalendarNotUsable('not_linked');
    const { connection, secret } = opened;
    if (!USABLE.has(connection.status))
      throw new CalendarNotUsable(connection.status as CalendarNotUsable['reason']);
    return { ...StoredTokens.parse(JSON.parse(secret)), id: connection.id, version: connection.version };
  };

  const openOrReconnect = async (orgId: OrgId) => {
    try {
      return await connections.open(orgId, 'google');
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      // The keys changed. The link still exists, so it must not look as if there never was one.
      await connections.setStatus(orgId, 'google', 'reconnect_required', error.message);
      throw new CalendarNotUsable('reconnect_required');
    }
  };

  const refresh = async (orgId: OrgId, stale: CurrentToken): Promise<void> => {
    const result = await resilience.safeCall('google_oauth', () => google.refresh(stale.refreshToken), {
      key: orgId,
      timeoutMs: 8_000,
      deadlineMs: 15_000,
      retries: 1,
    });
    if (!result.success) {
      const { kind, code } = result.error;
      if (kind !== 'AUTH') throw notRenewed(kind);
      if (code === 'invalid_client') {
        // Not the clinic's permission but our own id and secret: linking again would fix nothing.
        log.error({ org_id: orgId }, '[GoogleCalendar] Google does not accept our client id and secret');
        throw notRenewed('TEMPORARY');
      }
      // Another process may have been given a newer token in the meantime; only the newest may declare it dead.
      const words = 'Google refused to renew the permission.';
      const dead = await connections.setStatus(orgId, 'google', 'reconnect_required', words, stale);
      if (!dead) throw notRenewed('TEMPORARY');
      log.warn({ org_id: orgId }, '[GoogleCalendar] Reconnect required');
      throw new CalendarNotUsable('reconnect_required');
    }
    const { data } = result;
    const stored = await connections.replaceSecret(orgId, 'google', {
      id: stale.id,
      version: stale.version,
      // Never overwrite a refresh token with nothing.
      secret: sealable({ ...data, refreshToken: data.refreshToken ?? stale.refreshToken }),
      expiresAt: data.expiresAt,
    });
    if (stored) log.info({ org_id: orgId }, '[GoogleCalendar] Token refreshed');
  };

  const useToken = <T>(
    orgId: OrgId,
    marginMs: number,
    work: (accessToken: string) => Promise<T>,
  ): Promise<T> =>
    resilience.withTokenRefresh(
      () => current(orgId),
      (stale) => refresh(orgId, stale),
      async (token) => {
        if (token.expiresAt - clock.now().getTime() < marginMs) {
          throw Object.assign(new Error('The access token is about to expire.'), { kind: 'AUTH' });
        }
        return work(token.accessToken);
      },
      { key: orgId, name: 'google', tokenId: (token) => `${token.id}:${token.version}` },
    );

  return {
    use: (orgId, work) => useToken(orgId, USE_MARGIN_MS, work),
    async refreshExpiring() {
      const soon = new Date(clock.now().getTime() + REFRESH_AHEAD_MS);
      for (const orgId of await connections.expiringBefore('google', soon)) {
        // One clinic's revoked permission must not keep the others from being renewed.
        await useToken(orgId, REFRESH_AHEAD_MS, async () => undefined).catch((error: unknown) =>
          log.warn({ err: error, org_id: orgId }, '[GoogleCalendar] Token not refreshed'),
        );
      }
    },
  };
}
