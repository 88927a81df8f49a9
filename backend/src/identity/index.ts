import type { FastifyRequest } from 'fastify';
import { bearerOf } from '../platform/bearer.ts';
import { believeBriefly } from '../platform/believed.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { deriveKey } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import type { Logger } from '../platform/logger.ts';
import type { Mailer } from '../platform/mailer/mailer.ts';
import type { RateLimits } from '../platform/rate-limits/rate-limits.ts';
import type { AccountContext } from './account-context.ts';
import type { ApiKeyRow } from './api-keys.queries.ts';
import { createApiKeys, looksLikeApiKey } from './api-keys.ts';
import { registerAuthRoutes } from './auth.routes.ts';
import { registerEmailRoutes } from './email.routes.ts';
import { ownOrigins, refuseForeignPages } from './foreign-pages.ts';
import { createLetters } from './letters.ts';
import { createLocalIssuer, identityUnavailable, type LocalIssuer, scrypt } from './local-issuer.ts';
import { registerPasswordRoutes } from './password.routes.ts';
import { createPasswordHashing, type PasswordHashing } from './password-hashing.ts';
import { registerSecondFactorRoutes } from './second-factor.routes.ts';
import { sessionStands, signingKeyExists } from './sessions.queries.ts';
import { registerSessionRoutes } from './sessions.routes.ts';
import { createSignInLimits } from './sign-in-limits.ts';
import { type VerifyToken, verifyLocalTokens, verifySupabaseTokens } from './verify-token.ts';

export { newApiKey } from './api-keys.ts';
export { notSignedIn } from './not-signed-in.ts';

/** Who is asking, as far as it was proved. `claimedOrgId` is signed, and still checked against the profiles. */
export interface Person {
  userId: string;
  email: string;
  claimedOrgId: string | null;
  /** `session`: the cookie of a person at the dashboard; `token`: a program. */
  via: 'session' | 'token';
  /** Whether the sign-in took a second step. */
  secondFactor: boolean;
}

/** A program with a key of its clinic. It is no person, and belongs to no one else. */
export interface KeyHolder {
  via: 'key';
  key: ApiKeyRow;
}

export type Identity = Person | KeyHolder;

export interface IdentityService {
  /**
   * Asked again about the same request, as for a stream that is open, it says whether that still holds.
   * @returns null when no one is signed in. @throws {AppError} 401 when a token is presented and not valid.
   */
  identify(request: FastifyRequest): Promise<Identity | null>;
  registerRoutes(server: HttpServer): void;
  /** After an API key changed, so that this process hears of it at once. */
  forgetApiKeys(): void;
  /** How much hashing is going on; none where another service keeps the passwords. */
  hashing?: Pick<PasswordHashing, 'counts'>;
}

export interface IdentityOptions {
  config: Config;
  database: Pick<Database, 'pool' | 'serviceStatement'>;
  clock: Clock;
  log: Logger;
  /** Before an account is made, with the end of a link or without. @throws {AppError} where that person isn't let in. */
  admitSignUp: (token: string | undefined, email: string) => Promise<unknown>;
  /** Whether strangers of this network are refused; an API key made up there costs no statement. */
  isRefused?: (request: FastifyRequest) => boolean;
  mailer: Mailer;
  rateLimits: Pick<RateLimits, 'use'>;
  hashing?: PasswordHashing;
}

export function createIdentity(options: IdentityOptions): IdentityService {
  const { config, clock, log } = options;
  const { pool } = options.database;
  const apiKeys = createApiKeys({
    database: options.database,
    clock,
    mode: config.mode,
    isRefused: options.isRefused ?? (() => false),
  });
  const byBearer = async (token: string, request: FastifyRequest, verify: VerifyToken): Promise<Identity> =>
    looksLikeApiKey(token)
      ? { via: 'key', key: await apiKeys.verify(token, request) }
      : fromClaims(await verify(token));
  if (config.auth.mode === 'supabase') {
    const verify = verifySupabaseTokens({
      ...(config.auth.supabaseUrl ? { supabaseUrl: config.auth.supabaseUrl } : {}),
      ...(config.auth.supabaseJwtSecret ? { jwtSecret: config.auth.supabaseJwtSecret } : {}),
    });
    return {
      async identify(request) {
        const token = bearerToken(request);
        return token === null ? null : byBearer(token, request, verify);
      },
      registerRoutes: () => undefined,
      forgetApiKeys: apiKeys.forget,
    };
  }

  const limited = config.mode === 'live';
  const origins = ownOrigins(config);
  const hashing =
    options.hashing ??
    // Scripts in a sandbox sign up by the dozen, all from one address.
    createPasswordHashing(scrypt, limited ? {} : { waiting: 100, waitingPerAddress: 100 });
  let made: Promise<LocalIssuer> | undefined;
  const issuer = () => {
    made ??= createLocalIssuer({
      pool,
      publicUrl: config.publicUrl,
      secret: config.auth.secret,
      ownOrigins: origins,
      limited,
      hashing,
      mailer: options.mailer,
      log,
    });
    return made;
  };
  const stands = believeBriefly(clock, async (key) => {
    const { id, userId, keyId } = JSON.parse(key) as { id: string; userId: string; keyId: string | null };
    return (await sessionStands(pool, { id, userId, keyId })) || undefined;
  });
  const sessionHolds = async (id: string, userId: string, keyId: string | null): Promise<boolean> =>
    (await stands(JSON.stringify({ id, userId, keyId }))) === true;
  const verify = verifyLocalTokens({
    keys: {
      load: async () => (await issuer()).api.getJwks(),
      exists: (id) => signingKeyExists(pool, id),
    },
    issuer: config.publicUrl,
    sessionStands: ({ id, userId, keyId }) => sessionHolds(id, userId, keyId),
  });
  /** Whose request it was when it came. */
  const known = new WeakMap<FastifyRequest, { sessionId: string; identity: Person }>();

  const lookUpSession = async (cookie: string) => {
    const { api } = await issuer();
    return api.getSession({ headers: new Headers({ cookie }) }).catch((err: unknown) => {
      log.error({ err }, '[Identity] The session could not be looked up');
      throw identityUnavailable();
    });
  };

  const bySession = async (request: FastifyRequest, cookie: string): Promise<Person | null> => {
    const session = await lookUpSession(cookie);
    if (!session) return null;
    const claimed = (session.user as { appMetaData?: { org_id?: string } }).appMetaData?.org_id;
    const identity: Person = {
      userId: session.user.id,
      email: session.user.email,
      claimedOrgId: claimed ?? null,
      via: 'session',
      secondFactor: session.user.twoFactorEnabled === true,
    };
    known.set(request, { sessionId: session.session.id, identity });
    return identity;
  };

  return {
    async identify(request) {
      const token = bearerToken(request);
      if (token !== null) return byBearer(token, request, verify);
      const earlier = known.get(request);
      if (earlier) {
        const { sessionId, identity } = earlier;
        return (await sessionHolds(sessionId, identity.userId, null)) ? identity : null;
      }
      const { cookie } = request.headers;
      return cookie?.includes('voxanne') ? bySession(request, cookie) : null;
    },
    hashing,
    forgetApiKeys: apiKeys.forget,
    registerRoutes(server) {
      refuseForeignPages(server, origins);
      const context: AccountContext = {
        issuer,
        hashing,
        publicUrl: config.publicUrl,
        mailer: options.mailer,
        letters: createLetters(config.publicUrl),
        rateLimits: options.rateLimits,
        forgetSessions: stands.forget,
        lookUpSession,
        limits: createSignInLimits({
          database: options.database,
          clock,
          key: deriveKey(config.auth.secret, 'sign-in limits'),
        }),
      };
      registerAuthRoutes(server, { ...context, admitSignUp: options.admitSignUp });
      registerPasswordRoutes(server, context);
      registerEmailRoutes(server, context);
      registerSecondFactorRoutes(server, context);
      registerSessionRoutes(server, context);
    },
  };
}

const fromClaims = (claims: {
  sub: string;
  email: string;
  app_metadata: { org_id?: string | undefined };
  secondFactor: boolean;
}): Person => ({
  userId: claims.sub,
  email: claims.email,
  claimedOrgId: claims.app_metadata.org_id ?? null,
  via: 'token',
  secondFactor: claims.secondFactor,
});

function bearerToken(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const token = bearerOf(header);
  if (token === undefined) {
    throw new AppError({
      code: 'INVALID_TOKEN',
      status: 401,
      detail: 'The Authorization header must read "Bearer <token>". Get a token from GET /api/auth/token.',
    });
  }
  return token;
}
