import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import type { EncryptionKey } from './crypto.ts';
import { StartupError } from './errors.ts';

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);
const url = z.url({ protocol: /^https?$/, hostname: /.+/ }).transform((value) => value.replace(/\/+$/, ''));
const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
  .optional();
const redisUrl = z
  .string()
  .refine(
    (value) => /^rediss?:\/\/./.test(value) && URL.canParse(value),
    'must begin with redis:// or, with TLS, rediss://, such as redis://127.0.0.1:6379',
  )
  .optional();

const Environment = z.object({
  PORT: port(3001),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: url.optional(),
  VOXANNE_MODE: z.enum(['sandbox', 'live']).default('sandbox'),
  VOXANNE_ROLE: z.enum(['web', 'worker', 'all']).default('all'),
  VOXANNE_DATA_DIR: z.string().min(1).default('.voxanne'),
  SANDBOX_PORT: port(3002),
  SANDBOX_URL: url.optional(),
  DATABASE_URL: databaseUrl,
  DATABASE_RUNTIME_URL: databaseUrl,
  DATABASE_MIGRATION_URL: databaseUrl,
  DATABASE_PORT: port(54_329),
  REDIS_URL: redisUrl,
  AUTH_MODE: z.enum(['local', 'supabase']).default('local'),
  AUTH_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  SUPABASE_URL: url.optional(),
  SUPABASE_JWT_SECRET: z.string().min(32).optional(),
  ENCRYPTION_KEYS: z.string().optional(),
  OPERATOR_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  GOOGLE_OAUTH_AUTH_URL: url.optional(),
  GOOGLE_OAUTH_TOKEN_URL: url.optional(),
  GOOGLE_OAUTH_REVOKE_URL: url.optional(),
  GOOGLE_API_ROOT_URL: url.optional(),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-zA-Z]{32}$/, 'is AC and 32 characters')
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_FROM_NUMBER: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, such as +15005550006')
    .optional(),
  TWILIO_MESSAGING_SERVICE_SID: z.string().optional(),
  TWILIO_API_BASE_URL: url.optional(),
  VAPI_API_KEY: z.string().optional(),
  VAPI_API_BASE_URL: url.optional(),
  TRUST_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
type Environment = z.infer<typeof Environment>;

const SECRET_NAMES = ['AUTH_SECRET', 'ENCRYPTION_KEYS', 'OPERATOR_TOKEN'] as const;
const LIVE_NAMES = [
  ...SECRET_NAMES,
  'GOOGLE_CLIENT_ID',
  'GOOGLE_CLIENT_SECRET',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'VAPI_API_KEY',
] as const;

/** The stand-ins' credentials: worthless anywhere else. */
const SANDBOX = {
  googleClientId: 'sandbox.apps.googleusercontent.com',
  googleClientSecret: 'sandbox-google-secret',
  twilioAccountSid: 'AC00000000000000000000000000005a9d',
  twilioAuthToken: 'sandbox-twilio-auth-token',
  twilioFrom: '+15005550006',
  vapiApiKey: 'sandbox-vapi-key',
};

export interface Config {
  mode: 'sandbox' | 'live';
  role: 'web' | 'worker' | 'all';
  host: string;
  port: number;
  /** No trailing slash. Callback and signature URLs are built from it, never from a request's Host. */
  publicUrl: string;
  dataDir: string;
  sandboxPort: number;
  /** Where the stand-ins answer us; when it was set they run elsewhere, and nobody starts them here. */
  sandboxUrl: string;
  sandboxElsewhere: boolean;
  database: { embeddedPort: number; url?: string; runtimeUrl?: string; migrationUrl?: string };
  redisUrl?: string;
  auth: { mode: 'local' | 'supabase'; secret: string; supabaseUrl?: string; supabaseJwtSecret?: string };
  encryptionKeys: EncryptionKey[];
  operatorToken: string;
  google: {
    clientId: string;
    clientSecret: string;
    authUrl: string;
    tokenUrl: string;
    revokeUrl: string;
    /** With a trailing slash, as the SDK wants it. */
    apiRootUrl: string;
  };
  twilio: {
    accountSid: string;
    authToken: string;
    from?: string;
    messagingServiceSid?: string;
    baseUrl?: string;
  };
  vapi: { apiKey: string; baseUrl: string };
  trustProxyHops: number;
  logLevel: string;
}

const known = new Set(Object.keys(Environment.shape));

function parseEncryptionKeys(text: string, faults: string[]): EncryptionKey[] {
  const ids = new Set<string>();
  return text.split(',').flatMap((entry, index) => {
    const [, id = '', encoded = ''] = /^([A-Za-z0-9_-]{1,16}):(.*)$/.exec(entry.trim()) ?? [];
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== 32) {
      // Never the text itself: whoever forgot the name wrote the key in its place.
      faults.push(
        `ENCRYPTION_KEYS: ${id ? `"${id}"` : `entry ${index + 1}`} is not <name>:<base64 of 32 bytes>. Make one: echo "k1:$(openssl rand -base64 32)"`,
      );
      return [];
    }
    if (ids.has(id)) faults.push(`ENCRYPTION_KEYS: "${id}" is there twice. Give every key its own name.`);
    ids.add(id);
    return [{ id, key }];
  });
}

/** In sandbox mode the secrets are made once and kept, so that a restart can still read what it sealed. */
function keptSecrets(dataDir: string): Record<(typeof SECRET_NAMES)[number], string> {
  const file = join(dataDir, 'secrets.json');
  const Kept = z.object({ AUTH_SECRET: z.string(), ENCRYPTION_KEYS: z.string(), OPERATOR_TOKEN: z.string() });
  try {
    if (existsSync(file)) return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
    const made = {
      AUTH_SECRET: randomBytes(32).toString('base64url'),
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      OPERATOR_TOKEN: randomBytes(24).toString('base64url'),
    };
    mkdirSync(dataDir, { recursive: true });
    // Of processes that start at once the first one decides, and nobody reads half a file.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      // Not made anew: what the old ones sealed could never be opened again.
      throw new StartupError(
        `${file} is damaged: the secrets in it cannot be read.\nPut your backup in its place, or set the directory aside and begin with an empty one: mv '${dataDir}' '${dataDir}.broken'`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `The data directory ${dataDir} cannot be used: ${reason}.\nMake it writable (sudo chown -R "$(id -un)" '${dataDir}'), or choose another one with VOXANNE_DATA_DIR.`,
    );
  }
}

function readEnvironment(env: NodeJS.ProcessEnv, root: string): Environment {
  const file = join(root, '.env');
  const merged: Record<string, string | undefined> = existsSync(file)
    ? { ...parseEnv(readFileSync(file, 'utf8')), ...env }
    : env;
  // An empty line in a .env means "not set" to everybody who writes one.
  const set = Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined && value !== ''),
  );
  const faults = Object.keys(set)
    .filter((name) => name.startsWith('VOXANNE_') && !known.has(name))
    .map((name) => `${name}: there is no such setting. .env.example lists every name.`);
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    faults.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  // By what is set, not by what was parsed: one bad value must not hide what is missing.
  faults.push(...missingFaults(set));
  if (set.ENCRYPTION_KEYS !== undefined) parseEncryptionKeys(set.ENCRYPTION_KEYS, faults);
  if (!parsed.success || faults.length > 0) throw settingsError(faults);
  return parsed.data;
}

function missingFaults(set: Record<string, string | undefined>): string[] {
  const faults: string[] = [];
  if (set.VOXANNE_MODE === 'live') {
    faults.push(...LIVE_NAMES.filter((name) => !set[name]).map((name) => `${name}: required in live mode.`));
    if (!set.TWILIO_FROM_NUMBER && !set.TWILIO_MESSAGING_SERVICE_SID) {
      faults.push(
        'TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID: one of them is required in live mode.',
      );
    }
  }
  if (set.AUTH_MODE === 'supabase' && !set.SUPABASE_URL && !set.SUPABASE_JWT_SECRET) {
    faults.push('SUPABASE_URL or SUPABASE_JWT_SECRET: one of them is required with AUTH_MODE=supabase.');
  }
  if (set.VOXANNE_ROLE === 'worker' && !set.DATABASE_URL && !set.DATABASE_MIGRATION_URL) {
    faults.push(
      'DATABASE_URL: required with VOXANNE_ROLE=worker. The built-in database belongs to the process that starts it, so a worker would have one of its own, without any work. Give every process the same DATABASE_URL.',
    );
  }
  return faults;
}

const settingsError = (faults: string[]) =>
  new StartupError(
    `Voxanne cannot start with these settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nMend them in the environment or in .env, then start again.`,
  );

/**
 * Reads the environment (and `.env` in `root`), once.
 * @throws {StartupError} listing every fault at once.
 */
export function loadConfig(env: NodeJS.ProcessEnv, root: string): Config {
  const e = readEnvironment(env, root);
  const dataDir = resolve(root, e.VOXANNE_DATA_DIR);
  const needsKept = e.VOXANNE_MODE === 'sandbox' && SECRET_NAMES.some((name) => e[name] === undefined);
  const secrets = { ...(needsKept ? keptSecrets(dataDir) : {}), ...pickSet(e, SECRET_NAMES) } as Record<
    string,
    string
  >;
  const faults: string[] = [];
  const encryptionKeys = parseEncryptionKeys(secrets.ENCRYPTION_KEYS ?? '', faults);
  if (faults.length > 0) throw settingsError(faults);
  const sandbox = e.VOXANNE_MODE === 'sandbox';
  const standInsOfThisMachine = `http://127.0.0.1:${e.SANDBOX_PORT}`;
  const standIns = e.SANDBOX_URL ?? standInsOfThisMachine;
  const twilioBaseUrl = e.TWILIO_API_BASE_URL ?? (sandbox ? `${standIns}/twilio` : undefined);
  const twilioFrom = e.TWILIO_FROM_NUMBER ?? (sandbox ? SANDBOX.twilioFrom : undefined);
  return {
    mode: e.VOXANNE_MODE,
    role: e.VOXANNE_ROLE,
    host: e.HOST,
    port: e.PORT,
    publicUrl: e.PUBLIC_URL ?? `http://localhost:${e.PORT}`,
    dataDir,
    sandboxPort: e.SANDBOX_PORT,
    sandboxUrl: standIns,
    sandboxElsewhere: e.SANDBOX_URL !== undefined,
    database: {
      embeddedPort: e.DATABASE_PORT,
      ...defined({
        url: e.DATABASE_URL,
        runtimeUrl: e.DATABASE_RUNTIME_URL,
        migrationUrl: e.DATABASE_MIGRATION_URL,
      }),
    },
    ...defined({ redisUrl: e.REDIS_URL }),
    auth: {
      mode: e.AUTH_MODE,
      secret: secrets.AUTH_SECRET ?? '',
      ...defined({ supabaseUrl: e.SUPABASE_URL, supabaseJwtSecret: e.SUPABASE_JWT_SECRET }),
    },
    encryptionKeys,
    operatorToken: secrets.OPERATOR_TOKEN ?? '',
    google: {
      clientId: e.GOOGLE_CLIENT_ID ?? SANDBOX.googleClientId,
      clientSecret: e.GOOGLE_CLIENT_SECRET ?? SANDBOX.googleClientSecret,
      authUrl:
        e.GOOGLE_OAUTH_AUTH_URL ??
        // The page a browser opens, and the browser is on this machine.
        (sandbox
          ? `${standInsOfThisMachine}/google/o/oauth2/v2/auth`
          : 'https://accounts.google.com/o/oauth2/v2/auth'),
      tokenUrl:
        e.GOOGLE_OAUTH_TOKEN_URL ??
        (sandbox ? `${standIns}/google/token` : 'https://oauth2.googleapis.com/token'),
      revokeUrl:
        e.GOOGLE_OAUTH_REVOKE_URL ??
        (sandbox ? `${standIns}/google/revoke` : 'https://oauth2.googleapis.com/revoke'),
      apiRootUrl: `${e.GOOGLE_API_ROOT_URL ?? (sandbox ? `${standIns}/google` : 'https://www.googleapis.com')}/`,
    },
    twilio: {
      accountSid: e.TWILIO_ACCOUNT_SID ?? SANDBOX.twilioAccountSid,
      authToken: e.TWILIO_AUTH_TOKEN ?? SANDBOX.twilioAuthToken,
      ...defined({
        from: twilioFrom,
        messagingServiceSid: e.TWILIO_MESSAGING_SERVICE_SID,
        baseUrl: twilioBaseUrl,
      }),
    },
    vapi: {
      apiKey: e.VAPI_API_KEY ?? SANDBOX.vapiApiKey,
      baseUrl: e.VAPI_API_BASE_URL ?? (sandbox ? `${standIns}/vapi` : 'https://api.vapi.ai'),
    },
    trustProxyHops: e.TRUST_PROXY_HOPS,
    logLevel: e.LOG_LEVEL,
  };
}

/** Drops what is undefined, so that an optional member is absent rather than present and empty. */
function defined<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}

function pickSet(env: Environment, names: readonly (keyof Environment)[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (env[name] === undefined ? [] : [[name, String(env[name])]])),
  );
}
