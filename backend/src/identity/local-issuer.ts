import type { Jwk } from 'better-auth/plugins/jwt';
import { PostgresDialect } from 'kysely';
import type pg from 'pg';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Mailer } from '../platform/mailer/mailer.ts';
import { createLetters } from './letters.ts';
import type { Hasher, PasswordHashing } from './password-hashing.ts';

export interface LocalIssuerOptions {
  pool: pg.Pool;
  publicUrl: string;
  /** Whose pages may sign people in and out. */
  ownOrigins: readonly string[];
  secret: string;
  /** Sign-ups and the rest are limited per address in live mode; scripts in a sandbox sign up by the dozen. */
  limited: boolean;
  hashing: Pick<PasswordHashing, 'hash' | 'verify'>;
  mailer: Pick<Mailer, 'send'>;
  log: Logger;
}

/** How the issuer hashes by itself. */
export async function scrypt(): Promise<Hasher> {
  const { hashPassword, verifyPassword } = await import('better-auth/crypto');
  return { hash: hashPassword, verify: verifyPassword };
}

const TOKEN_LIFETIME = '15m';
export const AUDIENCE = 'authenticated';
/** Long enough for a slow mail, short enough for a mailbox that someone else opens later. */
const LINK_SECONDS = 3_600;
const SESSION_SECONDS = 7 * 24 * 3600;

const METADATA_FIELDS = [
  'organization_name',
  'phone',
  'public_phone',
  'time_zone',
  'country',
  // The trigger takes it out again: its link is used up then.
  'invitation',
] as const;

/**
 * A message of the issuer up to where it quotes what was sent ("Invalid origin: https://…"): an Origin or Referer is
 * a stranger's words, or an address with a patient's name in it.
 */
const fixedPart = (message: unknown): string =>
  /^[\w ,.()'-]{0,80}/.exec(String(message))?.[0].trim() || 'Error without a message';

export const identityUnavailable = () =>
  new AppError({
    code: 'IDENTITY_UNAVAILABLE',
    status: 503,
    detail: 'Sign-in isn’t working right now. Nothing was changed; please try again in a moment.',
    retryable: true,
  });

export type LocalIssuer = Awaited<ReturnType<typeof createLocalIssuer>>;

/**
 * Better Auth, for identity only: users, passwords, sessions, signed tokens. Organizations are ours; its tables
 * live in the auth schema. Imported on first use: with AUTH_MODE=supabase it never loads.
 */
export async function createLocalIssuer(options: LocalIssuerOptions) {
  const [{ betterAuth }, { jwt }, { twoFactor }, { APIError }, { symmetricDecrypt }] = await Promise.all([
    import('better-auth'),
    import('better-auth/plugins/jwt'),
    import('better-auth/plugins/two-factor'),
    import('better-auth/api'),
    import('better-auth/crypto'),
  ]);
  const { log, mailer } = options;
  const letters = createLetters(options.publicUrl);
  return betterAuth({
    appName: 'Voxanne',
    baseURL: options.publicUrl,
    basePath: '/api/auth',
    secret: options.secret,
    trustedOrigins: [...options.ownOrigins],
    telemetry: { enabled: false },
    database: {
      dialect: new PostgresDialect({ pool: options.pool }),
      type: 'postgres',
      schemaName: 'auth',
      transaction: true,
    },
    advanced: {
      database: { generateId: 'uuid' },
      cookiePrefix: 'voxanne',
      // Set explicitly: by default it trusts every page as soon as the environment has TEST or NODE_ENV=test.
      disableCSRFCheck: false,
      disableOriginCheck: false,
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      password: options.hashing,
      resetPasswordTokenExpiresIn: LINK_SECONDS,
      revokeSessionsOnPasswordReset: true,
      async sendResetPassword({ user, token }) {
        mailer.send('password reset', letters.passwordReset(user, token));
      },
    },
    emailVerification: {
      // The route sends it after the sign-up has committed.
      sendOnSignUp: false,
      autoSignInAfterVerification: false,
      expiresIn: LINK_SECONDS,
      async sendVerificationEmail({ user, token }) {
        mailer.send('email verification', letters.emailVerification(user, token));
      },
    },
    user: {
      modelName: 'users',
      // Without a confirmation from the old address: who lost it could never leave it. It hears of the change.
      changeEmail: { enabled: true },
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: {
        appMetaData: { type: 'json', fieldName: 'raw_app_meta_data', input: false, required: false },
        userMetaData: {
          type: 'json',
          fieldName: 'raw_user_meta_data',
          input: false,
          returned: false,
          required: false,
        },
      },
    },
    // A cached session would keep the old organization after a change.
    session: {
      modelName: 'ba_sessions',
      expiresIn: SESSION_SECONDS,
      cookieCache: { enabled: false },
      // What a person does to their account asks for the password; looking at one's own sessions needs none.
      freshAge: 0,
    },
    account: { modelName: 'ba_accounts' },
    // Who reads the table has no link and no challenge.
    verification: { modelName: 'ba_verifications', storeIdentifier: 'hashed' },
    rateLimit: {
      enabled: options.limited,
      storage: 'database',
      modelName: 'ba_rate_limits',
      window: 60,
      max: 100,
      // Sign-ins and second factors have limits of our own: of failures, in every mode.
      customRules: { '/sign-in/*': false, '/sign-up/*': { window: 60, max: 30 }, '/two-factor/*': false },
    },
    databaseHooks: {
      user: {
        create: {
          // The sign-up trigger reads these for the clinic's first values; they never give rights.
          async before(user, context) {
            const body = (context?.body ?? {}) as Record<string, unknown>;
            const given = METADATA_FIELDS.flatMap((field) =>
              typeof body[field] === 'string' && body[field] !== '' ? [[field, body[field]]] : [],
            );
            return { data: { ...user, userMetaData: { name: user.name, ...Object.fromEntries(given) } } };
          },
        },
      },
    },
    plugins: [
      twoFactor({
        issuer: 'Voxanne',
        twoFactorTable: 'ba_two_factors',
        schema: { user: { fields: { twoFactorEnabled: 'two_factor_enabled' } } },
      }),
      jwt({
        schema: { jwks: { modelName: 'ba_jwks' } },
        jwks: { keyPairConfig: { alg: 'ES256' } },
        // No one reads it, and it would cost a signature for every request with a cookie.
        disableSettingJwtHeader: true,
        adapter: {
          // Keys of an AUTH_SECRET that is gone are gone with it, as the sessions are: a new one is made.
          async getJwks({ context }) {
            const keys = await context.adapter.findMany<Jwk>({ model: 'jwks' });
            const readable = await Promise.all(
              keys.map(({ privateKey }) =>
                symmetricDecrypt({ key: context.secretConfig, data: JSON.parse(privateKey) }).then(
                  () => true,
                  () => false,
                ),
              ),
            );
            return keys.filter((_, index) => readable[index]);
          },
        },
        jwt: {
          issuer: options.publicUrl,
          audience: AUDIENCE,
          expirationTime: TOKEN_LIFETIME,
          getSubject: ({ user }) => user.id,
          definePayload: ({ user, session }) => {
            const orgId = (user as { appMetaData?: { org_id?: string } }).appMetaData?.org_id;
            return {
              email: user.email,
              role: 'authenticated',
              // The token is good for as long as this session is.
              sid: session.id,
              // As Supabase says it: two steps were taken. A session from before the second step doesn't outlive it.
              aal: (user as { twoFactorEnabled?: boolean }).twoFactorEnabled === true ? 'aal2' : 'aal1',
              app_metadata: orgId === undefined ? {} : { org_id: orgId },
              user_id: user.id,
              ...(orgId === undefined ? {} : { org_id: orgId }),
            };
          },
        },
      }),
    ],
    // Its own logger and its router print whole database errors, password hashes included.
    logger: {
      log: (level, message) => {
        if (level === 'error' || level === 'warn') log[level]({ source: 'better-auth' }, fixedPart(message));
      },
    },
    onAPIError: {
      onError(error) {
        if (error instanceof APIError) return;
        if (error instanceof AppError) throw error;
        log.error({ err: error }, '[Identity] Sign-in service failed');
        throw identityUnavailable();
      },
    },
  });
}
