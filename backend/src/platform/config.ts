import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import type { EncryptionKey } from './crypto.ts';
import { StartupError } from './errors.ts';
import { keptSecrets, standInSecret } from './kept-secrets.ts';
import { addressFault } from './settings/address-fault.ts';
import { isLoopbackHost, isLoopbackUrl, type Read, readAddress, readOrigin } from './settings/addresses.ts';
import { didYouMean } from './settings/did-you-mean.ts';
import { liveFaults, STAND_IN_ACCOUNTS } from './settings/live.ts';
import { type MailSettings, mailFaults, mailFrom, mailSettings, smtpUrl } from './settings/mail.ts';
import { operatorTokensOf } from './settings/operator-tokens.ts';
import { originList } from './settings/origins.ts';
import { SECRET_NAMES } from './settings/secret-names.ts';

const whole = (least: number, most: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a whole number from ${least} to ${most}, in digits`,
    )
    .transform(Number);
const port = (fallback: number) => whole(1, 65_535).default(fallback);
const address = (read: (text: string) => Read) =>
  z.string().transform((text, context) => {
    const { value, fault } = read(text);
    if (value !== undefined) return value;
    context.addIssue(fault);
    return z.NEVER;
  });
const url = address(readAddress);
const databaseUrl = z
  .string()
  .superRefine((value, context) => {
    const message = addressFault(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
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
  PUBLIC_URL: address(readOrigin).optional(),
  VOXANNE_PUBLIC_SANDBOX: z.enum(['yes', 'container', 'no']).optional(),
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
  SIGN_UP: z.enum(['open', 'invited', 'closed']).optional(),
  AUTH_MODE: z.enum(['local', 'supabase']).default('local'),
  AUTH_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  SUPABASE_URL: url.optional(),
  SUPABASE_JWT_SECRET: z.string().min(32).optional(),
  ENCRYPTION_KEYS: z.string().optional(),
  OPERATOR_TOKEN: z
    .string()
    .refine(
      (text) => operatorTokensOf(text).every(({ length }) => length >= 16),
      'must have at least 16 characters (each, if there are two)',
    )
    .refine(
      (text) => [1, 2].includes(operatorTokensOf(text).length),
      'must be one token, or two with a comma between them: the new one and the one before',
    )
    .optional(),
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
  SMTP_URL: smtpUrl,
  MAIL_FROM: mailFrom,
  CORS_ORIGINS: originList.optional(),
  NEW_CLINICS_PER_DAY: whole(0, 100_000).optional(),
  RATE_LIMIT_ORG_PER_HOUR: whole(1, 999_999).default(1_000),
  RATE_LIMIT_IP_PER_15MIN: whole(1, 999_999).default(100),
  RATE_LIMIT_PROVIDER_PER_MINUTE: whole(1, 999_999).default(6_000),
  TRUST_PROXY_HOPS: whole(0, 10).default(0),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
type Environment = z.infer<typeof Environment>;

/** Each gets an assistant and a phone number, which cost money. */
const NEW_CLINICS_PER_DAY_LIVE = 10;

export interface Config {
  mode: 'sandbox' | 'live';
  role: 'web' | 'worker' | 'all';
  host: string;
  port: number;
  /** No trailing slash. Callback and signature URLs are built from it, never from a request's Host. */
  publicUrl: string;
  /** Whose pages may use the API from a browser, with a token. */
  corsOrigins: string[];
  dataDir: string;
  sandboxPort: number;
  /** Where the stand-ins answer us; when it was set they run elsewhere, and no one starts them here. */
  sandboxUrl: string;
  sandboxElsewhere: boolean;
  database: { embeddedPort: number; url?: string; runtimeUrl?: string; migrationUrl?: string };
  redisUrl?: string;
  /** Who may make an account: anyone, who has a link, or no one new. */
  signUp: 'open' | 'invited' | 'closed';
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
  /** Without it no mail can be sent. */
  mail: MailSettings | undefined;
  /** How many new clinics a day get an assistant and a number by themselves; without it, all. */
  newClinicsPerDay: number | undefined;
  rateLimits: {
    /** Requests of the programs of one organization that has no limit of its own. */
    orgPerHour: number;
    /** Requests from one network that prove nothing. */
    addressPer15Minutes: number;
    /** What one process takes from a provider for one clinic. */
    providerPerMinute: number;
  };
  trustProxyHops: number;
  logLevel: string;
  /** What does not stop the start, but should be known; each a sentence. */
  warnings: string[];
}

const known = new Set(Object.keys(Environment.shape));

function parseEncryptionKeys(text: string, faults: string[]): EncryptionKey[] {
  const ids = new Set<string>();
  return text.split(',').flatMap((entry, index) => {
    const [, id = '', encoded = ''] = /^([A-Za-z0-9_-]{1,16}):(.*)$/.exec(entry.trim()) ?? [];
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== 32) {
      // Never the text itself: someone who forgot the name wrote the key in its place.
      faults.push(
        `ENCRYPTION_KEYS: ${id ? `"${id}"` : `entry ${index + 1}`} is not <name>:<base64 of 32 bytes>. Make one: echo "k1:$(openssl rand -base64 32)"`,
      );
      return [];
    }
    if (ids.has(id)) faults.push(`ENCRYPTION_KEYS: "${id}" is listed twice. Give every key its own name.`);
    ids.add(id);
    return [{ id, key }];
  });
}

function readEnvironment(env: NodeJS.ProcessEnv, root: string): Environment {
  const file = join(root, '.env');
  const merged: Record<string, string | undefined> = existsSync(file)
    ? { ...parseEnv(readFileSync(file, 'utf8')), ...env }
    : env;
  // An empty line in a .env means "not set" to everyone who writes one.
  const set = Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined && value !== ''),
  );
  const faults = Object.keys(set)
    .filter((name) => name.startsWith('VOXANNE_') && !known.has(name))
    .map((name) => {
      const meant = didYouMean(name, known);
      return `${name}: no such setting exists. ${meant ? `Did you mean ${meant}? ` : ''}.env.example lists every name.`;
    });
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
  const faults =
    set.VOXANNE_MODE === 'live' ? liveFaults(set, Number(set.SANDBOX_PORT ?? 3002)) : exposureFaults(set);
  faults.push(...mailFaults(set));
  if (set.AUTH_MODE === 'supabase' && !set.SUPABASE_URL && !set.SUPABASE_JWT_SECRET) {
    faults.push('SUPABASE_URL or SUPABASE_JWT_SECRET: one of them is required with AUTH_MODE=supabase.');
  }
  if (set.DATABASE_RUNTIME_URL && !set.DATABASE_URL && !set.DATABASE_MIGRATION_URL) {
    faults.push(
      'DATABASE_RUNTIME_URL: can’t be used alone, because that login can’t migrate. Set DATABASE_MIGRATION_URL (or DATABASE_URL) to the owner of the same database.',
    );
  }
  if (set.VOXANNE_ROLE === 'worker' && !set.DATABASE_URL && !set.DATABASE_MIGRATION_URL) {
    faults.push(
      'DATABASE_URL: required with VOXANNE_ROLE=worker. The built-in database belongs to the process that starts it, so a worker would get its own, with nothing to do. Give every process the same DATABASE_URL.',
    );
  }
  return faults;
}

/** The sandbox signs anyone up and its stand-ins are toys: the person who shows it to others must say so. */
function exposureFaults(set: Record<string, string | undefined>): string[] {
  // In a container, HOST is an address in its own network; PUBLIC_URL says where it is published.
  const host = set.VOXANNE_PUBLIC_SANDBOX === 'container' ? '127.0.0.1' : (set.HOST ?? '127.0.0.1');
  const places = exposedBy(host, readOrigin(set.PUBLIC_URL ?? '').value);
  if (places.length === 0 || set.VOXANNE_PUBLIC_SANDBOX === 'yes') return [];
  return [
    `VOXANNE_PUBLIC_SANDBOX: others can reach this sandbox (${places.join(', ')}). It’s a trial: anyone can sign up, and no text or call reaches a real person. For real patients, set VOXANNE_MODE=live. To show the trial to others, set VOXANNE_PUBLIC_SANDBOX=yes. To keep it on this machine, leave out ${places.map((place) => place.split('=')[0]).join(' and ')}.`,
  ];
}

const exposedBy = (host: string, publicUrl: string | undefined): string[] => [
  ...(isLoopbackHost(host) ? [] : [`HOST=${host}`]),
  ...(publicUrl === undefined || isLoopbackUrl(publicUrl) ? [] : [`PUBLIC_URL=${publicUrl}`]),
];

/** What does not stop the start, but should be known. */
function warningsOf(e: Environment): string[] {
  if (e.VOXANNE_MODE === 'live') {
    return e.PUBLIC_URL?.startsWith('https:') && e.TRUST_PROXY_HOPS === 0 && e.VOXANNE_ROLE !== 'worker'
      ? [
          'TRUST_PROXY_HOPS is 0, but PUBLIC_URL is https: everyone who comes through the proxy shares its address, and so the limits for one address. Set it to the number of proxies in front.',
        ]
      : [];
  }
  const host = e.VOXANNE_PUBLIC_SANDBOX === 'container' ? '127.0.0.1' : e.HOST;
  const places = exposedBy(host, e.PUBLIC_URL);
  return places.length === 0
    ? []
    : [
        `This is a sandbox that others can reach (${places.join(', ')}): anyone can sign up, and no text or call reaches a real person. Don’t enter real patients.`,
      ];
}

const settingsError = (faults: string[]) =>
  new StartupError(
    `Voxanne can’t start with these settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nCorrect them in the environment or in .env, then start again.`,
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
  const twilioFrom = e.TWILIO_FROM_NUMBER ?? (sandbox ? STAND_IN_ACCOUNTS.TWILIO_FROM_NUMBER : undefined);
  const authSecret = secrets.AUTH_SECRET ?? '';
  return {
    mode: e.VOXANNE_MODE,
    role: e.VOXANNE_ROLE,
    host: e.HOST,
    port: e.PORT,
    publicUrl: e.PUBLIC_URL ?? `http://localhost:${e.PORT}`,
    corsOrigins: e.CORS_ORIGINS ?? [e.PUBLIC_URL ?? `http://localhost:${e.PORT}`],
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
    signUp: e.SIGN_UP ?? (sandbox ? 'open' : 'invited'),
    auth: {
      mode: e.AUTH_MODE,
      secret: authSecret,
      ...defined({ supabaseUrl: e.SUPABASE_URL, supabaseJwtSecret: e.SUPABASE_JWT_SECRET }),
    },
    encryptionKeys,
    operatorToken: secrets.OPERATOR_TOKEN ?? '',
    google: {
      clientId: e.GOOGLE_CLIENT_ID ?? STAND_IN_ACCOUNTS.GOOGLE_CLIENT_ID,
      clientSecret: e.GOOGLE_CLIENT_SECRET ?? standInSecret(authSecret, 'GOOGLE_CLIENT_SECRET'),
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
      accountSid: e.TWILIO_ACCOUNT_SID ?? STAND_IN_ACCOUNTS.TWILIO_ACCOUNT_SID,
      authToken: e.TWILIO_AUTH_TOKEN ?? standInSecret(authSecret, 'TWILIO_AUTH_TOKEN'),
      ...defined({
        from: twilioFrom,
        messagingServiceSid: e.TWILIO_MESSAGING_SERVICE_SID,
        baseUrl: twilioBaseUrl,
      }),
    },
    vapi: {
      apiKey: e.VAPI_API_KEY ?? standInSecret(authSecret, 'VAPI_API_KEY'),
      baseUrl: e.VAPI_API_BASE_URL ?? (sandbox ? `${standIns}/vapi` : 'https://api.vapi.ai'),
    },
    mail: mailSettings(e, sandbox ? standIns : undefined),
    newClinicsPerDay: e.NEW_CLINICS_PER_DAY ?? (sandbox ? undefined : NEW_CLINICS_PER_DAY_LIVE),
    rateLimits: {
      orgPerHour: e.RATE_LIMIT_ORG_PER_HOUR,
      addressPer15Minutes: e.RATE_LIMIT_IP_PER_15MIN,
      providerPerMinute: e.RATE_LIMIT_PROVIDER_PER_MINUTE,
    },
    trustProxyHops: e.TRUST_PROXY_HOPS,
    logLevel: e.LOG_LEVEL,
    warnings: warningsOf(e),
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
