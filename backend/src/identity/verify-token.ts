import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import { AUDIENCE } from './local-issuer.ts';

/** What a verified token says. Only `sub` and `app_metadata` are believed; the rest is for readers. */
const Claims = z.object({
  sub: z.guid(),
  email: z.string().default(''),
  app_metadata: z.object({ org_id: z.guid().optional() }).default({}),
});
export type Claims = z.infer<typeof Claims>;

export type VerifyToken = (token: string) => Promise<Claims>;

const refused = (detail: string) => new AppError({ code: 'INVALID_TOKEN', status: 401, detail });

interface Verified {
  claims: Claims;
  /** Epoch milliseconds. */
  expiresAt: number;
}

// A signature costs half a millisecond to check, and a screen sends the same token with every request. A minute is
// less than any key or token lives; what a person may do is looked up anew, whatever the token says.
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 1_000;

/** A token that was good is good for another minute, and never past its end; one that was not is asked about again. */
function remember(check: (token: string) => Promise<Verified>): VerifyToken {
  const known = new Map<string, { claims: Claims; until: number }>();
  return async (token) => {
    const now = Date.now();
    const found = known.get(token);
    if (found && now < found.until) return found.claims;
    known.delete(token);
    const { claims, expiresAt } = await check(token);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(token, { claims, until: Math.min(now + REMEMBERED_MS, expiresAt) });
    return claims;
  };
}

async function verify(
  token: string,
  ...how: Parameters<typeof jwtVerify> extends [unknown, ...infer R] ? R : never
): Promise<Verified> {
  try {
    const { payload } = await jwtVerify(token, ...how);
    return { claims: Claims.parse(payload), expiresAt: (payload.exp ?? 0) * 1_000 };
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw refused('The token has expired. Get a new one from GET /api/auth/token, or sign in again.');
    }
    throw refused('The token is not valid here. Sign in and use the token of GET /api/auth/token.');
  }
}

/** Our own tokens: ES256 with a key of ours, issuer and audience checked. An unknown key id reloads the keys once. */
export function verifyLocalTokens(loadKeys: () => Promise<JSONWebKeySet>, issuer: string): VerifyToken {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  const getKey: JWTVerifyGetKey = async (header, token) => {
    keys ??= createLocalJWKSet(await loadKeys());
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      keys = createLocalJWKSet(await loadKeys());
      return keys(header, token);
    }
  };
  return remember((token) => verify(token, getKey, { algorithms: ['ES256'], issuer, audience: AUDIENCE }));
}

/** Supabase's tokens: asymmetric keys from its JWKS, or the legacy shared secret. Algorithms are pinned for each. */
export function verifySupabaseTokens(options: { supabaseUrl?: string; jwtSecret?: string }): VerifyToken {
  if (options.jwtSecret !== undefined) {
    const secret = new TextEncoder().encode(options.jwtSecret);
    return remember((token) => verify(token, secret, { algorithms: ['HS256'], audience: AUDIENCE }));
  }
  const issuer = `${options.supabaseUrl}/auth/v1`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), { timeoutDuration: 5_000 });
  return remember((token) =>
    verify(token, keys, { algorithms: ['ES256', 'RS256', 'EdDSA'], issuer, audience: AUDIENCE }),
  );
}
