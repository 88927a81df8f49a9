import { createRemoteJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import { AUDIENCE, identityUnavailable } from './local-issuer.ts';
import { createSigningKeys, KeysUnavailable, type SigningKeySource } from './signing-keys.ts';

/** What a verified token says. Only `sub` and `app_metadata` are believed; the rest is for readers. */
export interface Claims {
  sub: string;
  email: string;
  app_metadata: { org_id?: string | undefined };
  /** Whether the sign-in took a second step. */
  secondFactor: boolean;
}

// A token of the project itself (anon, service_role) and one of no one in particular (is_anonymous) are no person.
const PersonsToken = z.object({
  sub: z.guid(),
  email: z.string().default(''),
  app_metadata: z.object({ org_id: z.guid().optional() }).default({}),
  role: z.literal('authenticated'),
  is_anonymous: z.literal(false).optional(),
  iss: z.string().min(1),
  exp: z.number(),
  iat: z.number().optional(),
  sid: z.guid().optional(),
  aal: z.string().optional(),
});

export type VerifyToken = (token: string) => Promise<Claims>;

const refused = (detail: string) => new AppError({ code: 'INVALID_TOKEN', status: 401, detail });
const notValid = () =>
  refused('That token isn’t valid here. Sign in and use the token from GET /api/auth/token.');

interface Verified {
  claims: Claims;
  sessionId: string | undefined;
  keyId: string | undefined;
  /** Epoch milliseconds. */
  expiresAt: number;
}

// A signature costs half a millisecond to check, and a screen sends the same token with every request. Only what the
// token says is remembered; whether its session still exists, and what the person may do, is asked for each time.
const REMEMBERED_MS = 60_000;
const REMEMBERED_AT_MOST = 1_000;
/** Between the clocks of two machines. An end is an end: it is not stretched. */
const SKEW_S = 60;

function remember(check: (token: string) => Promise<Verified>): (token: string) => Promise<Verified> {
  const known = new Map<string, { verified: Verified; until: number }>();
  return async (token) => {
    const now = Date.now();
    const found = known.get(token);
    if (found && now < found.until) return found.verified;
    known.delete(token);
    const verified = await check(token);
    if (known.size >= REMEMBERED_AT_MOST) known.clear();
    known.set(token, { verified, until: Math.min(now + REMEMBERED_MS, verified.expiresAt) });
    return verified;
  };
}

async function verify(
  token: string,
  key: JWTVerifyGetKey | Uint8Array,
  { maxLifeS, ...options }: JWTVerifyOptions & { maxLifeS: number },
): Promise<Verified> {
  try {
    const how = { ...options, audience: AUDIENCE, requiredClaims: ['exp', 'iss', 'aud', 'sub'] };
    // Two overloads, one body.
    const { payload, protectedHeader } = await (typeof key === 'function'
      ? jwtVerify(token, key, how)
      : jwtVerify(token, key, how));
    const { sub, email, app_metadata, exp, iat, sid, aal } = PersonsToken.parse(payload);
    const now = Date.now() / 1_000;
    if (exp - now > maxLifeS + SKEW_S || (iat !== undefined && iat - now > SKEW_S)) throw notValid();
    return {
      claims: { sub, email, app_metadata, secondFactor: aal === 'aal2' },
      sessionId: sid,
      keyId: protectedHeader.kid,
      expiresAt: exp * 1_000,
    };
  } catch (error) {
    if (error instanceof KeysUnavailable) throw identityUnavailable();
    if (error instanceof errors.JWTExpired) {
      throw refused('That token has expired. Get a new one from GET /api/auth/token, or sign in again.');
    }
    throw notValid();
  }
}

/**
 * Our own tokens: ES256 with a key of ours, issuer and audience checked, and only as long as the session exists that
 * they were given to.
 */
export function verifyLocalTokens(options: {
  keys: SigningKeySource;
  issuer: string;
  /** May answer from what it learned seconds ago. */
  sessionStands: (session: { id: string; userId: string; keyId: string }) => Promise<boolean>;
}): VerifyToken {
  const { issuer, sessionStands } = options;
  const keys = createSigningKeys(options.keys);
  const check = remember((token) =>
    verify(token, keys, { algorithms: ['ES256'], issuer, maxLifeS: LOCAL_LIFE_S }),
  );
  return async (token) => {
    const { claims, sessionId, keyId } = await check(token);
    if (sessionId === undefined || keyId === undefined) throw notValid();
    if (!(await sessionStands({ id: sessionId, userId: claims.sub, keyId }))) {
      throw refused('That token’s session has ended. Sign in again and get a new token.');
    }
    return claims;
  };
}

const LOCAL_LIFE_S = 15 * 60;
// The longest that Supabase lets a project set.
const SUPABASE_LIFE_S = 7 * 86_400;

/**
 * Supabase's tokens: asymmetric keys from its JWKS, or the legacy shared secret. Algorithms are pinned for each, and
 * the issuer wherever the project's address is known.
 */
export function verifySupabaseTokens(options: { supabaseUrl?: string; jwtSecret?: string }): VerifyToken {
  const issuer = options.supabaseUrl === undefined ? undefined : `${options.supabaseUrl}/auth/v1`;
  const shared = { ...(issuer === undefined ? {} : { issuer }), maxLifeS: SUPABASE_LIFE_S };
  const claimsOf = (check: (token: string) => Promise<Verified>): VerifyToken => {
    const remembered = remember(check);
    return async (token) => (await remembered(token)).claims;
  };
  if (options.jwtSecret !== undefined) {
    const secret = new TextEncoder().encode(options.jwtSecret);
    return claimsOf((token) => verify(token, secret, { ...shared, algorithms: ['HS256'] }));
  }
  // Loads once for all who wait, and not again for an unknown key within 30 s.
  const remote = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), { timeoutDuration: 5_000 });
  const keys: JWTVerifyGetKey = async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      throw new KeysUnavailable('Supabase’s keys can’t be read.', { cause: error });
    }
  };
  return claimsOf((token) => verify(token, keys, { ...shared, algorithms: ['ES256', 'RS256', 'EdDSA'] }));
}
