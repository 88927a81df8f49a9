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

async function verify(
  token: string,
  ...how: Parameters<typeof jwtVerify> extends [unknown, ...infer R] ? R : never
): Promise<Claims> {
  try {
    const { payload } = await jwtVerify(token, ...how);
    return Claims.parse(payload);
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
  return (token) => verify(token, getKey, { algorithms: ['ES256'], issuer, audience: AUDIENCE });
}

/** Supabase's tokens: asymmetric keys from its JWKS, or the legacy shared secret. Algorithms are pinned for each. */
export function verifySupabaseTokens(options: { supabaseUrl?: string; jwtSecret?: string }): VerifyToken {
  if (options.jwtSecret !== undefined) {
    const secret = new TextEncoder().encode(options.jwtSecret);
    return (token) => verify(token, secret, { algorithms: ['HS256'], audience: AUDIENCE });
  }
  const issuer = `${options.supabaseUrl}/auth/v1`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), { timeoutDuration: 5_000 });
  return (token) =>
    verify(token, keys, { algorithms: ['ES256', 'RS256', 'EdDSA'], issuer, audience: AUDIENCE });
}
